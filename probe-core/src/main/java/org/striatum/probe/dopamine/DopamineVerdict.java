package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Verdict;

/// Whether any coordinate of a dataset passes the signature test.
///
/// @param studied hook points with figures
/// @param tested coordinates put to the test, counted once a hook point
/// @param significant those that pass all five parts
/// @param failed how many of the tested fail each of the five parts, in their order
/// @param untestable how many could not have passed the third part, flatness, even with no difference at all
/// @param found how often planted neurons were found
public record DopamineVerdict(DatasetSteps steps, int studied, int tested, int significant, List<Integer> failed,
    int untestable, DopaminePower found) {
  /// The five parts in a word or two each, in their order.
  public static final List<String> PARTS = List.of("partial correlation", "both signs", "flatness", "opposite slopes",
      "permutation");

  private static final int FLATNESS = 2;

  public DopamineVerdict {
    failed = List.copyOf(failed);
  }

  /// @param layers of the dataset
  /// @param power of the test there
  static DopamineVerdict of(DatasetSteps dataset, List<LayerDopamine> layers, DopaminePower power) {
    List<TestedNeuron> tested = layers.stream().flatMap(layer -> layer.tested().stream()).toList();
    List<Integer> failed = IntStream.range(0, PARTS.size())
        .mapToObj(part -> (int) tested.stream().filter(neuron -> !neuron.signature().passed().get(part)).count())
        .toList();
    return new DopamineVerdict(dataset, layers.size(), tested.size(),
        (int) tested.stream().filter(TestedNeuron::significant).count(), failed,
        (int) tested.stream().filter(neuron -> !neuron.signature().flatness().testable()).count(), power);
  }

  /// The dataset's name.
  public String dataset() {
    return steps.dataset();
  }

  /// YES if any coordinate passes. NO only if neurons of the declared effect, planted into the same data, are found four
  /// times in five. NOT_TESTED where no hook point could be studied, or nothing that was planted is found. Else UNDECIDED.
  public Verdict verdict() {
    if (significant > 0) {
      return Verdict.YES;
    }
    return studied == 0 || found.curve().isBlind()
        ? Verdict.NOT_TESTED
        : found.curve().isEnough() ? Verdict.NO : Verdict.UNDECIDED;
  }

  /// One sentence for a reader, the dataset before it.
  public String words() {
    return dataset() + ": " + sentence();
  }

  /// One sentence for a reader who knows the dataset.
  public String sentence() {
    if (studied == 0) {
      return "no hook point could be studied, so nothing is known about dopamine neurons.";
    }
    String where = " at " + studied + (studied == 1 ? " hook point" : " hook points");
    String doubt = steps.warnings().isEmpty() ? "" : " δ itself is doubtful: see the warning.";
    if (significant > 0) {
      return significant + " of " + tested + " tested coordinates" + where
          + (significant == 1 ? " passes" : " pass") + " all five parts of the signature test." + doubt;
    }
    return "no coordinate passes the signature test (" + tested + " tested" + where + ")." + power() + failures()
        + doubt;
  }

  private String power() {
    if (found.shares().isEmpty()) {
      return " Nothing was planted, so it is not known what would have been found.";
    }
    DopaminePower.Share declared = found.atEffect();
    PowerCurve.Point point = found.curve().points().stream().filter(one -> one.strength() == declared.strength())
        .findFirst().orElse(null);
    return String.format(Locale.ROOT, " Of neurons planted with r = %s, it finds %d of %d%s; %s.", declared.strength(),
        declared.found(), declared.planted(),
        point == null
            ? ""
            : String.format(Locale.ROOT, " (%.0f to %.0f %%)%s", 100 * point.counted().low(),
                100 * point.counted().high(),
                point.isEnough() && !point.isKnown() ? ", too few to know how many would be" : ""),
        smallest());
  }

  private String smallest() {
    double smallest = found.curve().smallest();
    if (Double.isNaN(smallest)) {
      return "none of the planted strengths is found four times in five";
    }
    String seen = String.format(Locale.ROOT, "four in five are found from r = %.2f", smallest);
    return found.curve().isEnough()
        ? seen
        : seen + String.format(Locale.ROOT, ", and r = %s would need about %.0f continued problems (here %d)",
            found.effect(),
            found.curve().problemsNeeded(steps.problems()), steps.problems());
  }

  private String failures() {
    List<String> parts = new ArrayList<>();
    for (int part = 0; part < PARTS.size(); part++) {
      if (failed.get(part) > 0) {
        parts.add(PARTS.get(part) + " " + failed.get(part)
            + (part == FLATNESS && untestable > 0 ? " (" + untestable + " could not have passed)" : ""));
      }
    }
    return parts.isEmpty()
        ? ""
        : parts.stream().collect(Collectors.joining(", ", " Failing each part: ", "."));
  }
}
