package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.transfer.TransferResults.SetOverlap;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Notation;
import org.striatum.studies.results.StudyResults;

/// All results of a run about one neuron.
///
/// @param dataset that it was found on, whose figures come first
/// @param standing its rank in every ranking, one row per ranking
/// @param readings of the neuron alone, one per dataset, its own first
/// @param histogram of these; null without any
/// @param tokens that it is about, one part per dataset, its own first
/// @param sets that contain it, with the effects of their interventions
/// @param signatures its signature tests, one per dataset
/// @param partners sets compared with the sets that contain it
/// @param gates that were learned for it
record NeuronPage(NeuronId neuron, String dataset, Standing standing, List<CoordinateReading> readings,
    Figure histogram, List<NeuronTokens> tokens, List<Intervention> sets, List<Signed> signatures,
    List<Partner> partners,
    List<Gated> gates) {
  /// The transfer study's name of the run's own ranking.
  private static final String STUDY = "study";
  private static final int SETS = 12;
  private static final int PARTNERS = 12;

  /// Ranks of a neuron.
  ///
  /// @param datasets that its hook point was studied on
  /// @param ranks ranking → its rank on each dataset; null if it is not known
  /// @param of number of coordinates
  record Standing(List<String> datasets, SequencedMap<String, List<Integer>> ranks, int of) {
    /// The best rank and the ranking that gives it: `1st of 256`.
    Optional<String> best() {
      return ranks.entrySet().stream()
          .flatMap(row -> IntStream.range(0, datasets.size()).filter(d -> row.getValue().get(d) != null)
              .mapToObj(d -> Map.entry(row.getValue().get(d), row.getKey() + " on " + datasets.get(d))))
          .min(Map.Entry.comparingByKey())
          .map(best -> "rank " + best.getKey() + " of " + of + " by " + best.getValue());
    }
  }

  /// A neuron's signature test on one dataset.
  record Signed(String dataset, TestedNeuron tested) {}

  /// Another dataset or run whose set of the same size was compared with one that contains the neuron.
  ///
  /// @param rank of the neuron there; null if it is not known
  record Partner(Place own, Place other, Integer rank, SetOverlap overlap) {}

  /// A gate learned for the neuron.
  record Gated(String mode, AdaptationFigures.Changed change) {}

  static NeuronPage of(NeuronId neuron, String dataset, StudyResults results, List<CoordinateReading> readings,
      int number) {
    List<CoordinateReading> own = ownFirst(readings, CoordinateReading::dataset, dataset);
    return new NeuronPage(neuron, dataset, standing(neuron, results), own,
        HistogramFigure.of("neuron-" + number, "Activation by outcome", own, CoordinateReading::dataset, "data "),
        ownFirst(NeuronTokens.of(neuron, results.about()), NeuronTokens::dataset, dataset), sets(neuron, results),
        signatures(neuron, results),
        partners(neuron, results), gates(neuron, results));
  }

  private static <T> List<T> ownFirst(List<T> parts, Function<T, String> of, String dataset) {
    return Stream.concat(parts.stream().filter(part -> of.apply(part).equals(dataset)),
        parts.stream().filter(part -> !of.apply(part).equals(dataset))).toList();
  }

  /// The anchor of this part of the page.
  String anchor() {
    return "neuron-" + neuron.toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("-$", "");
  }

  /// A summary of its results, in one line.
  String known() {
    List<String> parts = new ArrayList<>(tokens.stream().limit(1).map(NeuronTokens::peaks).toList());
    parts.addAll(standing.best().stream().toList());
    long passed = signatures.stream().filter(one -> one.tested().significant()).count();
    if (!signatures.isEmpty()) {
      parts.add(passed > 0
          ? "dopamine neuron on " + passed + " of " + Notation.count(signatures.size(), "dataset")
          : "not significant as a dopamine neuron");
    }
    if (!sets.isEmpty()) {
      parts.add("in " + Notation.count(sets.size(), "set"));
    }
    if (!gates.isEmpty()) {
      parts.add("gated");
    }
    return String.join(" · ", parts);
  }

  /// The sets shown.
  List<Intervention> shownSets() {
    return sets.stream().limit(SETS).toList();
  }

  private static Standing standing(NeuronId neuron, StudyResults results) {
    List<LayerProbes> layers = layers(neuron, results);
    List<LayerDopamine> dopamine = dopamine(neuron, results);
    SequencedSet<String> datasets = new LinkedHashSet<>();
    layers.forEach(layer -> datasets.add(layer.dataset()));
    dopamine.forEach(layer -> datasets.add(layer.dataset()));
    List<String> order = List.copyOf(datasets);
    SequencedMap<String, List<Integer>> ranks = new LinkedHashMap<>();
    for (LayerProbes layer : layers) {
      int d = order.indexOf(layer.dataset());
      put(ranks, layer.ranking().printed(), order.size(), d, place(layer.order(), neuron));
      layer.top().stream().filter(one -> one.coordinate() == neuron.coordinate()).map(RankedNeuron::ranks)
          .forEach(known -> known.forEach((ranking, rank) -> put(ranks, ranking, order.size(), d, rank)));
    }
    for (LayerDopamine layer : dopamine) {
      int d = order.indexOf(layer.dataset());
      put(ranks, layer.ranking().printed(), order.size(), d, place(layer.order(), neuron));
      layer.tested().stream().filter(one -> one.coordinate() == neuron.coordinate()).map(TestedNeuron::ranks)
          .forEach(known -> known.forEach((ranking, rank) -> put(ranks, ranking, order.size(), d, rank)));
    }
    int width = Stream.concat(layers.stream().map(LayerProbes::order), dopamine.stream().map(LayerDopamine::order))
        .mapToInt(List::size).max().orElse(0);
    return new Standing(order, ranks, width);
  }

  private static void put(SequencedMap<String, List<Integer>> ranks, String ranking, int datasets, int d,
      Integer rank) {
    if (rank != null) {
      ranks.computeIfAbsent(ranking, _ -> new ArrayList<>(Collections.nCopies(datasets, null))).set(d, rank);
    }
  }

  /// Its rank in an order, from 1; null if it has none.
  private static Integer place(List<Integer> order, NeuronId neuron) {
    int place = order.indexOf(neuron.coordinate());
    return place < 0 ? null : place + 1;
  }

  private static List<LayerProbes> layers(NeuronId neuron, StudyResults results) {
    return results.values() == null
        ? List.of()
        : results.values().layers().stream().filter(layer -> layer.hook().equals(neuron.hook())).toList();
  }

  private static List<LayerDopamine> dopamine(NeuronId neuron, StudyResults results) {
    return results.dopamine() == null
        ? List.of()
        : results.dopamine().layers().stream().filter(layer -> layer.hook().equals(neuron.hook())).toList();
  }

  private static List<Intervention> sets(NeuronId neuron, StudyResults results) {
    return results.interventions().isEmpty()
        ? List.of()
        : results.interventions().values().stream().flatMap(one -> one.interventions().stream())
            .filter(one -> one.layers().stream().anyMatch(
                layer -> layer.hook().equals(neuron.hook()) && layer.coordinates().contains(neuron.coordinate())))
            .toList();
  }

  private static List<Signed> signatures(NeuronId neuron, StudyResults results) {
    return dopamine(neuron, results).stream().flatMap(layer -> layer.tested().stream()
        .filter(one -> one.coordinate() == neuron.coordinate()).map(one -> new Signed(layer.dataset(), one))).toList();
  }

  private static List<Partner> partners(NeuronId neuron, StudyResults results) {
    if (results.transfer() == null || results.transfer().runs().isEmpty()) {
      return List.of();
    }
    String run = results.transfer().runs().getFirst();
    return results.transfer().overlaps().stream()
        .filter(overlap -> overlap.ranking().equals(STUDY) && overlap.hook().equals(neuron.hook()))
        .flatMap(overlap -> Stream.of(partner(neuron, results, run, overlap.first(), overlap.second(), overlap),
            partner(neuron, results, run, overlap.second(), overlap.first(), overlap)))
        .flatMap(Optional::stream).limit(PARTNERS).toList();
  }

  /// The other set, if the own set contains the neuron.
  private static Optional<Partner> partner(NeuronId neuron, StudyResults results, String run, Place own, Place other,
      SetOverlap overlap) {
    Integer here = own.run().equals(run) ? rank(neuron, results, own.dataset()) : null;
    return here == null || here > overlap.k()
        ? Optional.empty()
        : Optional.of(new Partner(own, other,
            other.run().equals(run) ? rank(neuron, results, other.dataset()) : null, overlap));
  }

  private static Integer rank(NeuronId neuron, StudyResults results, String dataset) {
    return layers(neuron, results).stream().filter(layer -> layer.dataset().equals(dataset)).findFirst()
        .map(layer -> place(layer.order(), neuron)).orElse(null);
  }

  private static List<Gated> gates(NeuronId neuron, StudyResults results) {
    List<Gated> gates = new ArrayList<>();
    for (AdaptationResults adaptation : results.adaptations()) {
      AdaptationFigures figures = new AdaptationFigures(adaptation, 1);
      figures.shown().forEach(arm -> figures.changed(arm).stream().filter(one -> one.neuron().equals(neuron))
          .forEach(one -> gates.add(new Gated(adaptation.mode(), one))));
    }
    return gates;
  }
}
