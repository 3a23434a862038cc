package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.BatchSize;
import org.striatum.cli.option.Effort;
import org.striatum.cli.option.GateOptions;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.StudyOptions;
import org.striatum.cli.summary.GateSummary;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.tensor.DType;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.adaptation.GateArms;
import org.striatum.studies.adaptation.GateSettings;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Specialises a checkpoint to one kind of problem by gating its neurons.
@Command(name = "gate", description = "Learn gates on neurons of a frozen checkpoint for one kind of problem, beside random sets, BitFit and LoRA: results.", footer = {
    "", "Example: striatum gate my-checkpoint --mode mul -o run",
    "Neurons are ranked by the run's probe and dopamine steps; what is missing of them is done first, as `study --effort"
        + " quick` does."})
final class GateCommand implements Callable<Integer> {
  private static final int LONGEST = 256;

  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder.")
  private Path checkpoint;

  @Mixin
  private GateOptions options;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Completions that run together; changes no result (default auto).")
  private String batchSize;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything (default 1).")
  private long seed;

  @Option(names = {"-o", "--output"}, paramLabel = "RUN", description = "Run folder (default striatum-<checkpoint>).")
  private Path output;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  GateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    GateSettings settings = options.settings(seed);
    GateStep step = new GateStep(settings);
    try (HookedModel model = modelOptions.open(checkpoint)) {
      if (!model.isCheckpoint()) {
        throw new IllegalArgumentException(
            "a gate is learned by gradient, which an ONNX file has not: give the checkpoint's folder");
      }
      model.tokenizer(); // refused, if it is, before a folder is made
      model.hookPoints(settings.arms().hooks());
      Path folder = output == null ? Path.of("striatum-" + model.facts().name()) : output;
      try (RunFolder opened = RunFolder.create(folder)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
        if (!step.isPrepared(opened)) {
          prepare(step, settings, run, model);
        }
        run.requireModel(model);
        AdaptationResults results = step.run(run, model, BatchSize.of(batchSize, model), modelOptions.threads(),
            console.progress());
        ReportStep.run(run, model);
        if (json) {
          console.json(results);
        } else {
          new GateSummary(console).print(results);
          console.print("gates: " + folder.resolve("gates").resolve(settings.mode()) + ", report: " + opened.report());
        }
      }
    }
    return ExitCode.DONE;
  }

  /// Ranks neurons, as a quick study of the mode alone does. What a run has finished of it stays as it was made.
  private void prepare(GateStep step, GateSettings settings, StudyRun run, HookedModel model) throws IOException {
    int batch = BatchSize.of(batchSize, model);
    StudyOptions quick = StudyOptions.of(Effort.QUICK);
    if (!run.hasRollouts()) {
      new RolloutStep(ProblemSets.named(step.ranked()), quick.effort().problems(), quick.effort().samples(),
          new Sampling(1, 0.95, 0, LONGEST, true), seed, batch).run(run, model, console.progress());
      run.remember(checkpoint);
    }
    if (!run.hasStates()) {
      new CaptureStep(model.hookPoints(settings.arms().hooks()), DType.F32).run(run, model, run.rollouts(),
          console.progress());
    }
    ProbeStep probe = ProbeStep.isFinishedIn(run.folder()) ? ProbeStep.finishedIn(run.folder()) : quick.probe(seed);
    if (!ProbeStep.isFinishedIn(run.folder())) {
      probe.run(run, console.progress());
    }
    if (settings.arms().asked().contains(GateArms.Asked.DOPAMINE)) {
      quick.dopamine().step(probe, seed, batch).run(run, model, ProblemSets::grader, console.progress());
    }
  }
}
