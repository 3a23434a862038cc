package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.striatum.cli.step.AblationStep;
import org.striatum.cli.step.CaptureStep;
import org.striatum.cli.step.NeuronSet;
import org.striatum.cli.step.ProbeStep;
import org.striatum.cli.step.RolloutStep;
import org.striatum.cli.step.StudyRun;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.Verdict;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RunFolder;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronSettings;

/// The whole pipeline on a planted checkpoint, opened through the ordinary path: rollouts, capture, probe, ablate.
///
/// @param checkpoint what was planted
/// @param rollouts graded completions
/// @param values what `probe` found
/// @param interventions what `ablate` found
record PlantedStudy(PlantedCheckpoint checkpoint, List<Rollout> rollouts, ValueNeuronResults values,
    InterventionResults interventions) {
  private static final int PROBLEMS = 600;
  private static final int CONTROLS = 99;
  private static final int BATCH = 256;
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 4, true);

  /// Which neurons are ablated, once it is known what was planted and found.
  @FunctionalInterface
  interface Target {
    NeuronSet of(PlantedCheckpoint checkpoint);
  }

  /// As many of the best as were planted.
  static final Target FOUND = _ -> NeuronSet.named("value@top" + PlantedCheckpoint.PLANTED);

  static PlantedStudy run(Path folder, PlantedCheckpoint.Code code, String ranking, Target target, long seed)
      throws IOException {
    PlantedCheckpoint checkpoint = PlantedCheckpoint.write(folder.resolve("checkpoint"), code, seed);
    try (HookedModel model = HookedModel.open(checkpoint.folder(), Optional.empty(), 0);
        RunFolder opened = RunFolder.create(folder.resolve("run"))) {
      StudyRun run = new StudyRun(opened, Version.environment(0), _ -> {});
      new RolloutStep(List.of(new PlantedProblems()), PROBLEMS, 1, SAMPLING, seed, BATCH).run(run, model,
          Progress.NONE);
      List<Rollout> rollouts = run.rollouts();
      new CaptureStep(model.hookPoints("blocks.*.hook_resid_post"), DType.F32).run(run, model, rollouts,
          Progress.NONE);
      ProbeStep probe = new ProbeStep(settings(ranking), 0.5, 0.1, seed);
      ValueNeuronResults values = probe.run(run, Progress.NONE);
      InterventionResults interventions = new AblationStep(target.of(checkpoint), probe, CONTROLS, PositionMask.ALL,
          240,
          240, seed).run(run, model, values, _ -> new PlantedProblems().grader(), BATCH, Progress.NONE);
      return new PlantedStudy(checkpoint, rollouts, values, interventions);
    }
  }

  private static ValueNeuronSettings settings(String ranking) {
    ValueNeuronSettings base = ValueNeuronSettings.DEFAULTS;
    return new ValueNeuronSettings(base.training(), ranking, base.ratios(), 5, 19, base.sparse(), base.solver(),
        base.pathPoints(), base.pathRatio(), 200, base.top(), base.overlapShare());
  }

  double accuracy() {
    return rollouts.stream().mapToDouble(Rollout::reward).average().orElseThrow();
  }

  Intervention primary() {
    return interventions.interventions().getFirst();
  }

  boolean isValueSpecific() {
    return primary().verdict() == Verdict.VALUE_SPECIFIC;
  }

  /// The layer that was ablated.
  LayerProbes layer() {
    return at(primary().hook());
  }

  LayerProbes at(HookPoint hook) {
    return values.layers().stream().filter(layer -> layer.hook().equals(hook)).findFirst().orElseThrow();
  }

  /// How many of the planted coordinates are among as many of the best.
  int recovered() {
    return (int) layer().order().stream().limit(PlantedCheckpoint.PLANTED).filter(checkpoint.planted()::contains)
        .count();
  }

  double auroc(String probe) {
    return layer().probes().stream().filter(one -> one.probe().equals(probe)).map(ProbeAuroc::test).findFirst()
        .orElseThrow().value();
  }

  String row() {
    Intervention one = primary();
    return "accuracy %.3f, AUROC linear %.3f sparse %.3f td %.3f mc %.3f, shuffled p %.2f, recovered %d/%d, %s: %.3f → %.3f, p random %.2f matched %.2f, %s; by log-probability %s"
        .formatted(accuracy(), auroc("linear"), auroc("sparse"), auroc("td"), auroc("monte-carlo"),
            layer().shuffled().p(), recovered(), PlantedCheckpoint.PLANTED, one.hook(), one.base().value(),
            one.ablated().value(), one.pRandom(), one.pMatched(), one.verdict(),
            interventions.interventions().stream().skip(1).sorted(Comparator.comparing(Intervention::hook))
                .map(second -> "%s (%.2f)".formatted(second.verdict(), second.effect().value())).toList());
  }
}
