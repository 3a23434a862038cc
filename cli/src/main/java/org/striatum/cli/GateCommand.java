package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.GateOptions;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.summary.GateSummary;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.stats.Ranks;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.adaptation.GateArms;
import org.striatum.studies.adaptation.GateSettings;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Specialises a checkpoint to one kind of problem by gating its neurons.
@Command(name = "gate", description = "Learn gates on neurons of a frozen checkpoint for one kind of problem, and compare with random sets, BitFit and LoRA: results.", footer = {
    "", "Example: striatum gate my-checkpoint --mode mul -o run",
    "Neurons are ranked by the run's probe and dopamine steps; missing ones are run first, as `study --effort"
        + " quick` does."})
final class GateCommand implements Callable<Integer> {
  private final Console console;
  private final StudyRegistry registry;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder.")
  private Path checkpoint;

  @Mixin
  private GateOptions options;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Completions per batch; changes no result (with --memory low, log-probabilities by rounding; default auto).")
  private String batchSize;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything random (default 1).")
  private long seed;

  @Option(names = {"-o", "--output"}, paramLabel = "RUN", description = "Run folder (default striatum-<checkpoint>).")
  private Path output;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  GateCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  @Override
  public Integer call() throws IOException {
    GateSettings settings = Given.checked(() -> options.settings(seed));
    GateStep.requireProblems(settings); // before neurons are ranked, which takes minutes
    try (RunModel model = modelOptions.of(modelOptions.source(checkpoint), batchSize)) {
      HookedModel hooked = model.open();
      if (!hooked.isCheckpoint()) {
        throw new UsageException(
            "learning a gate needs gradients, which an ONNX file does not provide: give the checkpoint's folder");
      }
      hooked.tokenizer(); // refused, if it is, before a folder is made
      hooked.hookPoints(settings.arms().hooks());
      Path folder = output == null ? Path.of("striatum-" + hooked.facts().name()) : output;
      try (RunFolder opened = RunFolder.create(folder)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), model, console::note,
            console.progress());
        if (!GateStep.STUDY.isPrepared(run, settings)) {
          prepare(settings, run);
        }
        AdaptationResults results = run.run(GateStep.STUDY, settings);
        new ReportStep(registry).write(run);
        if (json) {
          console.json(GateStep.STUDY.format(), results);
        } else {
          new GateSummary(console).print(results);
          console.say("gates: " + folder.resolve("gates").resolve(settings.mode()) + ", report: " + opened.report());
        }
      }
    }
    return ExitCode.DONE;
  }

  /// Ranks neurons, as a quick study of the mode alone does. Finished steps of the run are kept.
  private void prepare(GateSettings settings, StudyRun run) throws IOException {
    if (!run.hasRollouts()) {
      run.run(new RolloutStep(ProblemSets.named(GateStep.ranked(settings))), quick(RolloutStep.STUDY));
      run.remember(modelOptions.source(checkpoint));
    }
    if (!run.hasStates()) {
      run.run(CaptureStep.STUDY, quick(CaptureStep.STUDY).withHooks(settings.arms().hooks()));
    }
    if (!run.folder().has(ProbeStep.STUDY)) {
      run.run(ProbeStep.STUDY, quick(ProbeStep.STUDY));
    }
    if (settings.arms().asked().contains(GateArms.Asked.DOPAMINE)) {
      run.run(DopamineStep.STUDY, quick(DopamineStep.STUDY));
    }
  }

  private <S extends Record> S quick(Study<S, ?> study) {
    return study.about().seeding().with(study.about().quick(), seed);
  }
}
