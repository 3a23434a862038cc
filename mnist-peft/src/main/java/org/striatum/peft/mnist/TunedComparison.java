package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.List;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.probe.run.Progress;

/// What the parts of the gate are worth, and what else reaches at its budget, each at its own best learning rate.
public final class TunedComparison {
  private TunedComparison() {}

  /// What was found.
  ///
  /// @param tunings every grid
  /// @param methods on the reported seeds, at the rates chosen
  /// @param statement the finding in words
  public record Result(List<Tuning> tunings, List<MethodResult> methods, String statement) {
    public Result {
      tunings = List.copyOf(tunings);
      methods = List.copyOf(methods);
    }
  }

  /// Tunes on some seeds, reports on the others.
  public static Result run(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    List<Method> gates = Method.gates(settings);
    List<Method> others = Method.others(settings);
    List<Tuning> tunings = new ArrayList<>();
    List<Method> tuned = new ArrayList<>(List.of(Method.frozen(settings)));
    try (Progress.Task task = progress.start("mnist tuning", gates.size() + others.size(), "method")) {
      Method thresholdsOnly = gates.getFirst();
      AdapterTraining training = thresholdsOnly.training();
      Tuning thresholds = Tuning.of(thresholdsOnly.name(), bench, thresholdsOnly, Mode.TILTED,
          rate -> training.withRates(training.learningRate(), rate));
      tunings.add(thresholds);
      tuned.add(thresholdsOnly.with(training.withRates(training.learningRate(), thresholds.chosen())));
      task.step(1);
      for (Method method : gates.subList(1, gates.size())) {
        tuned.add(tuned(bench,
            method.with(method.training().withRates(method.training().learningRate(), thresholds.chosen())), tunings));
        task.step(1);
      }
      for (Method method : others) {
        tuned.add(tuned(bench, method, tunings));
        task.step(1);
      }
    }
    MethodResult.Gathering gathering = new MethodResult.Gathering();
    try (Progress.Task task = progress.start("mnist tuned methods", settings.seeds().count(), "seed")) {
      for (int i = 0; i < settings.seeds().count(); i++) {
        try (Workbench.SeedRun seed = bench.seed(settings.seed(i))) {
          for (Method method : tuned) {
            try (AdaptedNetwork network = seed.network(method, Mode.TILTED)) {
              gathering.add(method, network.accuracy(bench.test(Mode.UPRIGHT)),
                  network.accuracy(bench.test(Mode.TILTED)));
            }
          }
        }
        task.step(1);
      }
    }
    List<MethodResult> methods = gathering.results(bench.widths());
    return new Result(tunings, methods, statement(methods));
  }

  private static Method tuned(Workbench bench, Method method, List<Tuning> tunings) {
    Tuning tuning = Tuning.ofRate(bench, method, Mode.TILTED);
    tunings.add(tuning);
    return method.with(method.training().withRates(tuning.chosen(), method.training().thresholdLearningRate()));
  }

  private static String statement(List<MethodResult> methods) {
    MethodResult gain = named(methods, "gamma-only");
    MethodResult threshold = named(methods, "tau-only");
    MethodResult both = named(methods, Method.TAUGATE);
    List<String> ahead = methods.stream().filter(method -> method.beyondTauGate45().isPositive())
        .map(MethodResult::name).toList();
    List<String> behind = methods.stream().filter(method -> method.beyondTauGate45().isNegative())
        .map(MethodResult::name).toList();
    return "At 45°, beyond the frozen network: thresholds alone %s, gains alone %s, both %s. Ahead of the gate: %s. Behind it: %s."
        .formatted(SpecializationTable.printed(threshold.gain45()), SpecializationTable.printed(gain.gain45()),
            SpecializationTable.printed(both.gain45()), ahead.isEmpty() ? "none" : String.join(", ", ahead),
            behind.isEmpty() ? "none" : String.join(", ", behind));
  }

  private static MethodResult named(List<MethodResult> methods, String name) {
    return methods.stream().filter(method -> method.name().equals(name)).findFirst().orElseThrow();
  }
}
