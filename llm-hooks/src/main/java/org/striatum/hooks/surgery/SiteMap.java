package org.striatum.hooks.surgery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;

/// The hook points of a foreign graph, each with the value it stands for and how it was recognised. Immutable.
///
/// @param sites hook point → where it was found, in the order of the computation
/// @param layers blocks
/// @param tokens the graph input that is looked up in the embedding
/// @param positions rows of the table of learned positions, empty where there is none
public record SiteMap(SortedMap<HookPoint, FoundSite> sites, int layers, String tokens, Optional<Integer> positions) {
  public SiteMap {
    sites = Collections.unmodifiableSortedMap(new TreeMap<>(sites));
  }

  /// A hook point found.
  ///
  /// @param value the graph's own name for it
  /// @param recognition how it was recognised, for people
  /// @param signal the gating signal: the pre-activation of MLP neurons where it was found, else the value itself
  public record FoundSite(String value, String recognition, GatingSignal signal) {}

  /// What opens a gate.
  ///
  /// @param value a value of the graph
  /// @param bias added to it, "" for none (activations fused with their bias)
  public record GatingSignal(String value, String bias) {}

  /// Hook points in the order of the computation.
  public List<HookPoint> hookPoints() {
    return new ArrayList<>(sites.keySet());
  }

  public boolean has(HookPoint point) {
    return sites.containsKey(point);
  }

  /// Where a hook point is.
  ///
  /// @throws IllegalArgumentException if the graph has none such
  public FoundSite at(HookPoint point) {
    FoundSite site = sites.get(point);
    if (site == null) {
      throw new IllegalArgumentException("the graph has blocks 0 to " + (layers - 1) + ", found hook point " + point
          + ", which is not among its sites");
    }
    return site;
  }

  /// Hook points at one value, in the order in which their gates act.
  List<HookPoint> at(String value) {
    return sites.entrySet().stream().filter(site -> site.getValue().value().equals(value)).map(Map.Entry::getKey)
        .sorted((a, b) -> order(a) - order(b)).toList();
  }

  /// What a block leaves behind comes before what the next one finds.
  private static int order(HookPoint point) {
    return switch (point.site()) {
      case EMBED, RESID_POST -> 0;
      default -> 1;
    };
  }
}
