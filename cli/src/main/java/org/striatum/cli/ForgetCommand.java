package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.studies.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Removes a finished study, so that it can be run with other settings.
@Command(name = "forget", description = "Remove a finished study, everything that depends on it, and their files.", footer = {
    "", "Example: striatum forget run ablate/mine"})
final class ForgetCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Parameters(index = "1", paramLabel = "STUDY", description = "The study as `show` names it: probe, ablate/mine.")
  private String step;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ForgetCommand(Console console) {
    this.console = console;
  }

  /// What was removed.
  ///
  /// @param removed studies by the names of their steps: the one that was named, and what depended on it
  record Forgotten(String run, List<String> removed) {}

  @Override
  public Integer call() throws IOException {
    try (RunFolder run = RunFolder.open(folder)) {
      Forgotten forgotten = new Forgotten(folder.toString(), run.forget(step));
      if (json) {
        console.json(forgotten);
      } else {
        console.say("removed from " + folder + ": " + String.join(", ", forgotten.removed()));
      }
    }
    return ExitCode.DONE;
  }
}
