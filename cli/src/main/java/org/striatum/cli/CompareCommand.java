package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Given;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.probe.transfer.TransferSummary;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.transfer.CompareSettings;
import org.striatum.studies.transfer.CompareStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tests whether value neurons are the same across datasets and checkpoints.
@Command(name = "compare", description = "Compare value neurons across a run's datasets and across runs: results of the first run.", footer = {
    "", "Example: striatum compare run run-of-the-fine-tuned"})
final class CompareCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Run folders with a finished `probe`. Results are written to the first, the others are only read.")
  private List<Path> folders;

  @Option(names = "--sizes", paramLabel = "SIZE", split = ",", defaultValue = "1%,5%,top20", description = "Sizes of the sets compared (default 1%%,5%%,top20).")
  private List<String> sizes;

  @Option(names = "--curves", description = "Compare two runs even without a common basis, only by what does not need one.")
  private boolean curves;

  @Option(names = "--effect", paramLabel = "X", defaultValue = "0.5", description = "Declared overlap: a no needs codes that share this part to be found four times in five (default 0.5).")
  private double effect;

  @Option(names = "--planted", paramLabel = "N", defaultValue = "200", description = "Pairs of sets planted at each overlap; 0 goes without, and then no answer is no (default 200).")
  private int planted;

  @Option(names = "--shuffles", paramLabel = "N", defaultValue = "99", description = "Shuffled outcomes that the halves of a place are held against (default 99).")
  private int shuffles;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of split halves, random sets and intervals (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  CompareCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    CompareSettings settings = Given
        .checked(() -> new CompareSettings(TransferSettings.defaults().withSizes(sizes)
            .withPower(power -> power.withEffect(effect).withPlanted(planted).withShuffles(shuffles)), seed));
    try (RunFolder opened = RunFolder.open(folders.getFirst())) {
      StudyRun run = new StudyRun(opened, Version.environment(0), RunModel.none(), console::note, console.progress());
      TransferResults results = run.run(new CompareStep(others(), curves), settings);
      if (json) {
        console.json(CompareStep.STUDY.format(), results);
      } else {
        TransferSummary.of(results).statements().forEach(statement -> console.say(statement.sentence()));
        results.notes().forEach(note -> console.say("note: " + note));
      }
    }
    return ExitCode.DONE;
  }

  private List<RunFolder> others() throws IOException {
    List<RunFolder> others = new ArrayList<>();
    for (Path other : folders.subList(1, folders.size())) {
      for (Path before : folders.subList(0, 1 + others.size())) {
        if (Files.isDirectory(other) && Files.isSameFile(before, other)) {
          throw new UsageException("runs to compare must be distinct, found " + other + " twice");
        }
      }
      others.add(RunFolder.read(other));
    }
    return others;
  }
}
