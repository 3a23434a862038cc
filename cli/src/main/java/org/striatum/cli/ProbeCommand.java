package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Effort;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.ProbeOptions;
import org.striatum.cli.summary.FitCosts;
import org.striatum.cli.summary.StudySummaries;
import org.striatum.cli.summary.ValueSummary;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.about.AboutSettings;
import org.striatum.studies.about.AboutStep;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.run.NotedCheckpoint;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.splits.SplitsResults;
import org.striatum.studies.splits.SplitsSettings;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.value.ProbeCost;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Looks for value neurons in captured hidden states.
@Command(name = "probe", description = "Fit value probes and sparse paths, rank neurons, shuffle labels: results.", footer = {
    "", "Example: striatum probe run",
    "Example: striatum probe --activations states.safetensors --outcomes outcomes.jsonl --output run"})
final class ProbeCommand implements Callable<Integer> {
  private final Console console;

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Probed probed;

  /// Exactly one of these.
  private static final class Probed {
    @Parameters(paramLabel = "RUN", description = "Run folder with rollouts and activations.")
    private Path folder;

    @ArgGroup(exclusive = false)
    private Saved saved;
  }

  /// Hidden states from another program.
  private static final class Saved {
    @Option(names = "--activations", required = true, paramLabel = "FILE", description = "Hidden states recorded by another program, .safetensors (docs/data.md); no model is opened.")
    private Path activations;

    @Option(names = "--outcomes", required = true, paramLabel = "FILE", description = "One row per rollout: problem, reward, prompt_length; .jsonl, .csv or .parquet.")
    private Path outcomes;

    @Option(names = {"-o", "--output"}, paramLabel = "RUN", description = "Run folder (default striatum-activations).")
    private Path output = Path.of("striatum-activations");
  }

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the split and the study (default 1).")
  private long seed;

  @Option(names = "--effort", paramLabel = "quick|standard", defaultValue = "standard", description = "quick: minutes for a small model; standard (default). The other options change that.")
  private Effort effort;

  @Option(names = "--splits", paramLabel = "N", defaultValue = "0", description = "Also ask the questions about value on N other splits of the rollouts (default 0, none; `striatum splits` asks later).")
  private int splits;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ProbeOptions options;

  @Mixin
  private ModelOptions modelOptions;

  ProbeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    ProbeSettings settings = Given.checked(() -> options.over(effort.settings(ProbeStep.STUDY).withSeed(seed)));
    if (probed.saved == null) {
      try (RunFolder opened = RunFolder.open(probed.folder); RunModel model = model(opened)) {
        probe(run(opened, model), settings);
      }
    } else { // refused, if they are, before a folder is made
      try (SavedStatesStep states = SavedStatesStep.open(probed.saved.activations, probed.saved.outcomes);
          RunFolder opened = RunFolder.create(probed.saved.output)) {
        StudyRun run = run(opened, RunModel.none());
        states.run(run);
        probe(run, settings);
      }
    }
    return ExitCode.DONE;
  }

  private RunModel model(RunFolder opened) throws IOException {
    Optional<NotedCheckpoint> noted = NotedCheckpoint.in(opened).filter(NotedCheckpoint::exists);
    return noted.isPresent()
        ? modelOptions.of(modelOptions.over(noted.get().source()), "auto").after(noted.get()::requireUnchanged)
        : RunModel.none();
  }

  private StudyRun run(RunFolder opened, RunModel model) {
    return new StudyRun(opened, Version.environment(0), model, console::note, console.progress());
  }

  private void probe(StudyRun run, ProbeSettings settings) throws IOException {
    SplitsSettings others = Given.checked(() -> SplitsSettings.defaults().withSplits(splits).withSeed(seed));
    if (run.isDue(ProbeStep.STUDY, settings)) {
      FitCosts.lines(ProbeCost.of(run, settings), settings).forEach(console::note);
    }
    ValueNeuronResults results = run.run(ProbeStep.STUDY, settings);
    tell(run);
    if (json) {
      console.json(ProbeStep.STUDY.format(), results);
    } else {
      new ValueSummary(console).print(results);
    }
    if (splits > 0) {
      SplitsResults found = run.run(SplitsStep.STUDY, others);
      if (!json) {
        new StudySummaries(console).print(found);
      }
    }
    NextCommand.say(console, run.folder(), ProbeStep.STUDY, "");
  }

  /// What the best neurons are about. A checkpoint that cannot be opened any more costs only this.
  private void tell(StudyRun run) throws IOException {
    try {
      run.run(AboutStep.STUDY, AboutSettings.defaults()).notes()
          .forEach(note -> console.note("what neurons are about: " + note));
    } catch (CheckpointException | UsageException refused) {
      console.note("what neurons are about was not told: " + refused.getMessage());
    }
  }
}
