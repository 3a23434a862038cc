package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Counted;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.scan.ScanResults;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.reports.database.ScanRecomputation;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunFolder.Difference;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.verify.Recomputation;
import org.striatum.studies.verify.Recomputation.Figures;
import org.striatum.studies.verify.Recomputation.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Checks files against the checksums they were written with, and figures against the data they were computed from.
@Command(name = "verify", description = "Recompute the checksum of every output of a run, or of every run of a scan, and every figure that can be computed without the model; print which differ.", footer = {
    "", "Example: striatum verify run"})
final class VerifyCommand implements Callable<Integer> {
  private final Console console;
  private final StudyRegistry registry;

  @Parameters(paramLabel = "RUN|SCAN", description = "Run folder or scan folder.")
  private Path folder;

  @Option(names = "--checksums", description = "Only checksums: computing the figures again can take as long as the probes did.")
  private boolean checksums;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  VerifyCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  /// Results for one folder.
  ///
  /// @param files number of files in the manifest, and of shards of hidden states
  /// @param figures empty with `--checksums`, or if a file has changed
  /// @param plan that the run was registered with, and what deviates from it, which is no fault; null for none
  record Verified(String run, int steps, int files, List<Difference> differences, List<Figures> figures,
      PlanReport plan) {
    boolean sound() {
      return differences.isEmpty() && different() == 0;
    }

    /// How many figures or stores differ from what they should be.
    private long different() {
      return figures.stream().filter(one -> one.outcome() == Outcome.DIFFERENT).count();
    }

    private String state() {
      return sound()
          ? "all as in the manifest"
          : differences.isEmpty()
              ? Counted.of(different(), "finding")
              : differences.size() + " not as in the manifest";
    }
  }

  @Override
  public Integer call() throws IOException {
    List<Verified> all = new ArrayList<>();
    if (ScanResults.isScan(folder)) {
      ScanResults scan = ScanResults.read(folder);
      for (Map.Entry<String, Path> run : scan.runs(folder).entrySet()) {
        all.add(print(verify(RunFolder.read(run.getValue()))));
      }
      if (RunFolder.isRun(folder)) { // killed before its end, it has no results of its own
        all.add(print(verify(RunFolder.read(folder), scan)));
      }
    } else {
      all.add(print(verify(RunFolder.read(folder))));
    }
    if (json) {
      console.json(all);
    }
    return all.stream().allMatch(Verified::sound) ? ExitCode.DONE : ExitCode.BAD_DATA;
  }

  private Verified verify(RunFolder run) throws IOException {
    List<Difference> differences = run.differences();
    List<Figures> figures = new ArrayList<>();
    int shards = 0;
    if (differences.isEmpty() && run.manifest().step(StudyRun.CAPTURE).isPresent()) {
      try (ActivationStore states = ActivationStore.open(run.activations())) {
        shards = states.shards();
        states.verify();
      } catch (BadDataException damaged) {
        figures.add(new Figures("activations", Outcome.DIFFERENT, damaged.getMessage()));
      }
    }
    if (!checksums && differences.isEmpty() && figures.isEmpty()) {
      figures.addAll(new Recomputation(reader(run), registry.studies()).all());
    }
    return new Verified(run.folder().toString(), run.manifest().steps().size(), files(run) + shards, differences,
        figures, PlanReport.of(run, registry.studies()).orElse(null));
  }

  private Verified verify(RunFolder folder, ScanResults scan) throws IOException {
    List<Difference> differences = folder.differences();
    return new Verified(folder.folder().toString(), folder.manifest().steps().size(), files(folder), differences,
        checksums || !differences.isEmpty()
            ? List.of()
            : new ScanRecomputation(reader(folder), scan.runs(folder.folder()), registry.studies()).all(),
        null);
  }

  private StudyRun reader(RunFolder run) {
    return new StudyRun(run, Version.environment(0), RunModel.none(), console::note, console.progress());
  }

  private static int files(RunFolder run) {
    return run.manifest().steps().stream().mapToInt(step -> step.outputs().size()).sum();
  }

  private Verified print(Verified run) {
    if (!json) {
      console.say("%s: %s, %s, %s".formatted(run.run(), Counted.of(run.steps(), "step"),
          Counted.of(run.files(), "file"), run.state()));
      if (run.plan() != null) {
        console.say("  " + run.plan().printed());
        run.plan().deviations().forEach(one -> console.say("    " + one.printed()));
      }
      run.differences().forEach(one -> console.say("  %s (%s) %s".formatted(one.file(), one.step(),
          one.found() == null ? "is missing" : "has checksum " + one.found() + ", written with " + one.expected())));
      run.figures().forEach(one -> console.say("  %s %s: %s".formatted(switch (one.outcome()) {
        case SAME -> "=";
        case DIFFERENT -> "≠";
        case LEFT -> " ";
      }, one.file(), one.detail())));
    }
    return run;
  }
}
