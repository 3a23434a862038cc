package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.probe.run.Progress;

/// Modes that the foundation was not trained on: digits rotated by 90°, and inverted ones. A gate can only scale
/// features that exist, so it should fail where full fine-tuning does not.
public final class AbsentMode {
  /// Steps here for each of the usual adaptation: the mode is far.
  static final int TIMES_THE_STEPS = 5;

  private AbsentMode() {}

  /// What was found.
  ///
  /// @param tunings every method's rate in every mode
  /// @param statements one per mode
  public record Result(int steps, List<Tuning> tunings, List<Reached> methods, List<String> statements) {
    public Result {
      tunings = List.copyOf(tunings);
      methods = List.copyOf(methods);
      statements = List.copyOf(statements);
    }
  }

  /// What a method reaches in an absent mode.
  ///
  /// @param accuracy on test images in that mode
  /// @param gain beyond the frozen network, paired
  /// @param behindFull accuracy minus full fine-tuning's, paired
  /// @param accuracy0 on upright test images
  public record Reached(String mode, String method, int trainable, double learningRate, OverSeeds accuracy,
      OverSeeds gain, OverSeeds behindFull, OverSeeds accuracy0) {}

  /// Tunes and trains every method in both modes.
  public static Result run(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    int steps = TIMES_THE_STEPS * settings.adaptation().steps();
    List<Tuning> tunings = new ArrayList<>();
    List<Reached> reached = new ArrayList<>();
    List<String> statements = new ArrayList<>();
    List<Mode> modes = List.of(Mode.LYING, Mode.INVERTED);
    try (Progress.Task task = progress.start("mnist absent modes",
        (long) modes.size() * (Method.table(settings).size() + settings.seeds().count()), "step")) {
      for (Mode mode : modes) {
        List<Method> methods = new ArrayList<>();
        for (Method method : Method.table(settings)) {
          Method longer = method.with(method.training().withSteps(steps));
          if (!method.isFrozen()) {
            Tuning tuning = Tuning.ofRate(bench, longer, mode);
            tunings.add(new Tuning(method.name() + " at " + mode.name(), tuning.rates(), tuning.validation(),
                tuning.chosen(), tuning.atEdge()));
            longer = longer
                .with(longer.training().withRates(tuning.chosen(), longer.training().thresholdLearningRate()));
          }
          methods.add(longer);
          task.step(1);
        }
        List<Reached> here = reached(bench, mode, methods, task);
        reached.addAll(here);
        statements.add(statement(mode, here));
      }
    }
    return new Result(steps, tunings, reached, statements);
  }

  private static List<Reached> reached(Workbench bench, Mode mode, List<Method> methods, Progress.Task task) {
    int seeds = bench.settings().seeds().count();
    Map<Method, double[][]> accuracies = new LinkedHashMap<>();
    methods.forEach(method -> accuracies.put(method, new double[2][seeds]));
    for (int i = 0; i < seeds; i++) {
      try (Workbench.SeedRun seed = bench.seed(bench.settings().seed(i))) {
        for (Method method : methods) {
          try (AdaptedNetwork network = seed.network(method, mode)) {
            accuracies.get(method)[0][i] = network.accuracy(bench.test(mode));
            accuracies.get(method)[1][i] = network.accuracy(bench.test(Mode.UPRIGHT));
          }
        }
      }
      task.step(1);
    }
    OverSeeds frozen = OverSeeds.of(accuracies.get(methods.getFirst())[0]);
    OverSeeds full = OverSeeds.of(accuracies.get(methods.getLast())[0]);
    List<Reached> reached = new ArrayList<>();
    accuracies.forEach((method, both) -> {
      OverSeeds accuracy = OverSeeds.of(both[0]);
      reached.add(new Reached(mode.name(), method.name(), method.adapter().trainable(bench.widths()),
          method.isFrozen() ? Double.NaN : method.training().learningRate(), accuracy, accuracy.minus(frozen),
          accuracy.minus(full), OverSeeds.of(both[1])));
    });
    return reached;
  }

  private static String statement(Mode mode, List<Reached> reached) {
    Reached gate = reached.stream().filter(one -> one.method().equals(Method.TAUGATE)).findFirst().orElseThrow();
    Reached full = reached.getLast();
    return "%s, absent from the foundation's training: TauGate reaches %.3f, full fine-tuning %.3f; TauGate minus full %s"
        .formatted(mode.name(), gate.accuracy().mean(), full.accuracy().mean(),
            SpecializationTable.printed(gate.behindFull()));
  }
}
