package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.step.StudyRun;
import org.striatum.probe.run.RunFolder;
import org.striatum.probe.value.ValueNeuronResults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Looks for value neurons in captured hidden states.
@Command(name = "probe", description = "Fit value probes and sparse paths, rank neurons, shuffle labels: results.", footer = {
    "", "Example: striatum probe run"})
final class ProbeCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder with rollouts and activations.")
  private Path folder;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the split and the study (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ProbeOptions options;

  ProbeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      StudyRun run = new StudyRun(opened, Version.environment(0), console::note);
      ValueNeuronResults results = options.step(seed).run(run, console.progress());
      if (json) {
        console.json(results);
      } else {
        new ValueSummary(console).print(results);
      }
    }
    return ExitCode.DONE;
  }
}
