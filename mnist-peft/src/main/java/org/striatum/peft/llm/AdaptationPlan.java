package org.striatum.peft.llm;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.model.HookPoint;

/// The arms of an adaptation study, in addition to the frozen model.
///
/// @param ranked problem set whose rankings the sets come from
/// @param setSize of the sets, as given
/// @param sets reward neurons; each is an arm, and its matched sets are another where `gated` has them
/// @param gated arms with gates
/// @param baselines [AdaptationArm#BITFIT], [AdaptationArm#LORA], both or none
/// @param notes in addition to those of the study itself
public record AdaptationPlan(String ranked, String setSize,
    SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets, List<GatedArm> gated,
    Set<AdaptationArm> baselines, List<String> notes) {
  private static final Set<AdaptationArm> KNOWN = Set.of(AdaptationArm.BITFIT, AdaptationArm.LORA);

  public AdaptationPlan {
    sets = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(sets));
    gated = List.copyOf(gated);
    baselines = Collections.unmodifiableSet(new TreeSet<>(baselines)); // in the order they are reported
    notes = List.copyOf(notes);
    if (!KNOWN.containsAll(baselines)) {
      throw new IllegalArgumentException("baselines are bitfit and lora, found " + baselines);
    }
  }
}
