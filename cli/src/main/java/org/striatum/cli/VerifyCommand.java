package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.scan.ScanResults;
import org.striatum.probe.run.RunFolder;
import org.striatum.probe.run.RunFolder.Difference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Holds files to the checksums they were written with.
@Command(name = "verify", description = "Recompute the checksum of every output of a run, or of every run of a scan, and say which differ from the manifest.", footer = {
    "", "Example: striatum verify run"})
final class VerifyCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN|SCAN", description = "Run folder or scan folder.")
  private Path folder;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(Console console) {
    this.console = console;
  }

  /// What was found of one run.
  ///
  /// @param files that the manifest names
  record Verified(String run, int steps, int files, List<Difference> differences) {}

  @Override
  public Integer call() throws IOException {
    List<Verified> all = new ArrayList<>();
    if (ScanResults.isScan(folder)) {
      for (ScanResults.Outcome outcome : ScanResults.read(folder).finished()) {
        all.add(verify(folder.resolve(outcome.name())));
      }
    } else {
      all.add(verify(folder));
    }
    if (json) {
      console.json(all);
    } else {
      all.forEach(this::print);
    }
    return all.stream().allMatch(run -> run.differences().isEmpty()) ? ExitCode.DONE : ExitCode.BAD_DATA;
  }

  private static Verified verify(Path run) throws IOException {
    RunFolder folder = RunFolder.read(run);
    int files = folder.manifest().steps().stream().mapToInt(step -> step.outputs().size()).sum();
    return new Verified(run.toString(), folder.manifest().steps().size(), files, folder.differences());
  }

  private void print(Verified run) {
    console.print("%s: %d steps, %d files, %s".formatted(run.run(), run.steps(), run.files(),
        run.differences().isEmpty()
            ? "all as the manifest says"
            : run.differences().size() + " not as the manifest says"));
    run.differences().forEach(one -> console.print("  %s (%s) %s".formatted(one.file(), one.step(),
        one.found() == null ? "is missing" : "has checksum " + one.found() + ", written with " + one.expected())));
  }
}
