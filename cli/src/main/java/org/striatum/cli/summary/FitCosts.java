package org.striatum.cli.summary;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.cli.console.Counted;
import org.striatum.probe.dopamine.DopamineFits;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.value.ValueFits;
import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.dopamine.DopamineCost;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.value.ProbeCost;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// What a search is going to fit, in words.
public final class FitCosts {
  private static final long WORTH_SAYING = 1_000_000; // bytes

  private static final String MEASURED = " at the speed measured now";

  private FitCosts() {}

  /// What `probe` takes; the data sets that it leaves out, each with the reason.
  public static List<String> lines(ProbeCost cost, ProbeSettings settings) {
    List<String> lines = new ArrayList<>();
    cost.datasets().stream().filter(one -> !one.isStudied())
        .forEach(one -> lines.add("no probes of " + one.name() + ": " + one.obstacle()));
    List<ProbeCost.Dataset> studied = cost.datasets().stream().filter(ProbeCost.Dataset::isStudied).toList();
    if (studied.isEmpty()) {
      return lines;
    }
    lines.add("will fit, at " + hooks(cost.hooks()) + " of " + studied.stream().map(one -> "%s (%s, %s)".formatted(
        one.name(), Counted.of(one.problems(), "problem"), Counted.of(one.rollouts(), "rollout")))
        .collect(Collectors.joining(", ")) + each(studied.size()) + ": " + fits(cost.each()));
    lines.add("controls, at one hook point" + each(studied.size()) + ": " + controls(cost.each().controls())
        + disk(cost.bytes()));
    lines.add("fits: about " + TimeAhead.words(cost.seconds(settings)) + MEASURED);
    return lines;
  }

  /// What `dopamine` takes.
  public static List<String> lines(DopamineCost cost, DopamineStepSettings settings) {
    ContinuationSettings continuations = settings.continuations();
    List<String> lines = new ArrayList<>();
    lines.add("will cut into steps: " + cost.datasets().stream().map(one -> "%s of %s (%s)".formatted(
        Counted.of(one.rollouts(), "rollout"), one.name(), Counted.of(one.problems(), "problem")))
        .collect(Collectors.joining(", ")) + "; "
        + (continuations.draws() == 0
            ? "no continuations"
            : Counted.of(continuations.draws(), "continuation") + " from before each step"));
    DopamineFits fits = cost.each();
    lines.add("will fit, at " + hooks(cost.hooks()) + each(cost.datasets().size())
        + ": at most %s, %d of them to reassigned surprises; signature tests of %s and %d planted ones%s".formatted(
            Counted.of(fits.networks(), "network"), fits.shuffled(), Counted.of(fits.tested(), "coordinate"),
            fits.planted(), disk(cost.bytes())));
    lines.add("fits: at most about "
        + TimeAhead.words(cost.seconds(settings, ProbeStep.STUDY.about().defaults().study())) + MEASURED);
    return lines;
  }

  /// The fits to one data set.
  static String fits(ValueFits fits) {
    return "%s, %s (%d of them to shuffled outcomes), at most %s".formatted(Counted.of(fits.networks(), "network"),
        Counted.of(fits.paths(), "sparse path"), fits.shuffled(),
        Counted.of(fits.regressions(), "logistic regression"));
  }

  private static String controls(ValueFits.Controls controls) {
    return "%s, %s, %s, %s of problems, at most %s".formatted(Counted.of(controls.rotations(), "rotation"),
        Counted.of(controls.sets(), "random and matched set"), Counted.of(controls.selections(), "selection"),
        Counted.of(controls.resamples(), "resample"), Counted.of(controls.planted(), "planted code"));
  }

  private static String hooks(int hooks) {
    return Counted.of(hooks, "hook point");
  }

  private static String each(int datasets) {
    return datasets == 1 ? "" : ", of each data set";
  }

  private static String disk(long bytes) {
    return bytes < WORTH_SAYING ? "" : "; probes take about " + DiskSpace.megabytes(bytes);
  }
}
