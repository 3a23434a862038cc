package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.stats.Verdict;

/// Whether any coordinate of a dataset passes the signature test.
///
/// @param studied hook points with figures
/// @param tested coordinates put to the test, counted once a hook point
/// @param significant those that pass all five parts
/// @param failed how many of the tested fail each of the five parts, in their order
/// @param doubts warnings about δ itself
public record DopamineVerdict(String dataset, int studied, int tested, int significant, List<Integer> failed,
    List<String> doubts) {
  /// The five parts in a word or two each, in their order.
  public static final List<String> PARTS = List.of("partial correlation", "both signs", "flatness", "opposite slopes",
      "permutation");

  public DopamineVerdict {
    failed = List.copyOf(failed);
    doubts = List.copyOf(doubts);
  }

  /// @param layers of the dataset
  static DopamineVerdict of(DatasetSteps dataset, List<LayerDopamine> layers) {
    List<TestedNeuron> tested = layers.stream().flatMap(layer -> layer.tested().stream()).toList();
    List<Integer> failed = IntStream.range(0, PARTS.size())
        .mapToObj(part -> (int) tested.stream().filter(neuron -> !neuron.signature().passed().get(part)).count())
        .toList();
    return new DopamineVerdict(dataset.dataset(), layers.size(), tested.size(),
        (int) tested.stream().filter(TestedNeuron::significant).count(), failed, dataset.warnings());
  }

  /// YES if any coordinate passes; NOT_TESTED where no hook point could be studied.
  public Verdict verdict() {
    return studied == 0 ? Verdict.NOT_TESTED : significant > 0 ? Verdict.YES : Verdict.NO;
  }

  /// One sentence for a reader, the dataset before it.
  public String words() {
    return dataset + ": " + sentence();
  }

  /// One sentence for a reader who knows the dataset.
  public String sentence() {
    if (studied == 0) {
      return "no hook point could be studied, so nothing is known about dopamine neurons.";
    }
    String where = " at " + studied + (studied == 1 ? " hook point" : " hook points");
    String doubt = doubts.isEmpty() ? "" : " δ itself is doubtful: see the warning.";
    if (significant > 0) {
      return significant + " of " + tested + " tested coordinates" + where
          + (significant == 1 ? " passes" : " pass") + " all five parts of the signature test." + doubt;
    }
    return "no coordinate passes the signature test (" + tested + " tested" + where + ")." + failures()
        + doubt;
  }

  private String failures() {
    List<String> parts = new ArrayList<>();
    for (int part = 0; part < PARTS.size(); part++) {
      if (failed.get(part) > 0) {
        parts.add(PARTS.get(part) + " " + failed.get(part));
      }
    }
    return parts.isEmpty() ? "" : parts.stream().collect(Collectors.joining(", ", " Failing each part: ", "."));
  }
}
