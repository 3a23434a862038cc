package org.striatum.studies.baselines;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.answer.CaseSentence;

/// How many of the best 1 % of coordinates by value are among the best 1 % by a baseline, at every place that both have ranked.
///
/// @param places at least one
public record BaselineOverlap(Baseline baseline, List<Place> places) {
  private static final double TOP_SHARE = 0.01;

  public BaselineOverlap {
    places = List.copyOf(places);
    if (places.isEmpty()) {
      throw new IllegalArgumentException("an overlap needs a place that both rankings have, found none");
    }
  }

  /// One dataset at one hook point.
  public record Place(String dataset, HookPoint hook, Overlap overlap) {}

  /// Of every baseline that was ranked anywhere.
  public static List<BaselineOverlap> all(ValueNeuronResults values, BaselineResults baselines) {
    List<BaselineOverlap> overlaps = new ArrayList<>();
    for (Baseline baseline : Baseline.values()) {
      List<Place> places = new ArrayList<>();
      for (LayerProbes layer : values.layers()) {
        baselines.order(baseline, layer.dataset(), layer.hook()).map(order -> overlap(layer, order))
            .ifPresent(shared -> places.add(new Place(layer.dataset(), layer.hook(), shared)));
      }
      if (!places.isEmpty()) {
        overlaps.add(new BaselineOverlap(baseline, places));
      }
    }
    return List.copyOf(overlaps);
  }

  private static Overlap overlap(LayerProbes layer, List<Integer> order) {
    int best = (int) Math.ceil(TOP_SHARE * layer.order().size() - 1e-9);
    return Overlap.of(layer.order().subList(0, best), order.subList(0, best), layer.order().size());
  }

  /// Over all baselines, one sentence without its full stop; the same on the command line and in reports.
  ///
  /// @param overlaps as returned by [#all]
  public static String sentence(List<BaselineOverlap> overlaps) {
    if (overlaps.isEmpty()) {
      return "No baseline could be ranked where value neurons were";
    }
    boolean alike = overlaps.stream().map(BaselineOverlap::size).distinct().count() == 1;
    return "Of the " + (alike ? overlaps.getFirst().size() + " " : "")
        + "best coordinates by value (the best 1 % at each place) "
        + CaseSentence.listed(overlaps.stream()
            .map(one -> one.shared() + (alike ? "" : " of " + one.size()) + " are among the best by "
                + one.baseline().printed() + " (" + Decimals.of(one.chance(), 1) + " by chance)")
            .toList());
  }

  /// Coordinates in both sets, over all places.
  public int shared() {
    return places.stream().mapToInt(place -> place.overlap().shared()).sum();
  }

  /// Coordinates of the value sets, over all places.
  public int size() {
    return places.stream().mapToInt(place -> place.overlap().first()).sum();
  }

  /// The number that sets drawn by chance would share, over all places.
  public double chance() {
    return places.stream().map(Place::overlap)
        .mapToDouble(one -> (double) one.first() * one.second() / one.population()).sum();
  }

  /// Shared coordinates as a share of the value sets'.
  public double share() {
    return (double) shared() / size();
  }

  /// The same of sets drawn by chance.
  public double chanceShare() {
    return chance() / size();
  }
}
