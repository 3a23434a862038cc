package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.summary.GradeSummary;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.Regrading;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Grades the completions of a finished run again, or shows how they were graded.
@Command(name = "grade", description = "Grade the completions of a run again and list every changed reward, or show a sample for judgement; needs no checkpoint.", footer = {
    "", "Example: striatum grade run --grader math", "Example: striatum grade run --show 20"})
final class GradeCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Option(names = "--grader", paramLabel = "NAME", description = "How answers are compared: number, math, latex, choice or exact (default: the run's own grader).")
  private String grader;

  @Option(names = "--show", paramLabel = "N", description = "Print N completions, evenly spread: their ends, what was read, reference, reward. Without --grader, nothing is graded again.")
  private Integer show;

  @Option(names = "--unread", description = "With --show: only completions of which no answer was read.")
  private boolean unread;

  @Option(names = "--dry-run", description = "List what would change and write nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  GradeCommand(Console console) {
    this.console = console;
  }

  /// What came of it.
  ///
  /// @param changes every completion with another reward
  /// @param otherwiseRead completions with the same reward for another answer
  /// @param unread completions of which no answer was read
  /// @param beyond of these, how many are beyond what graders read, by reason
  /// @param again steps that have to be run again
  record Graded(int rollouts, List<Changed> changes, int otherwiseRead, int unread,
      SortedMap<String, Long> beyond, List<String> again) {}

  /// One changed reward.
  ///
  /// @param line of `rollouts.jsonl`, from 1
  record Changed(int line, String dataset, String problem, int sample, double before, double after, String readBefore,
      String read, String reference) {
    static Changed of(Regrading.Change change) {
      Rollout after = change.after();
      return new Changed(change.line(), after.problem().dataset(), after.problem().id(), after.sample(),
          change.before().reward(), after.reward(), change.before().read(), after.read(), after.problem().answer());
    }
  }

  @Override
  public Integer call() throws IOException {
    if (show != null && show < 1) {
      throw new UsageException("--show must be ≥ 1, found " + show);
    }
    if (json && show != null) {
      throw new UsageException("--show prints texts to read and no JSON: leave one of --show and --json out");
    }
    if (unread && show == null) {
      throw new UsageException("--unread goes with --show N");
    }
    stale();
    if (show == null || grader != null) {
      regrade(Optional.ofNullable(grader).map(AnswerGrader::named));
    }
    if (show != null) {
      try (RunFolder run = RunFolder.read(folder)) {
        new GradeSummary(console).sample(StudyRun.rollouts(run), show, unread);
      }
    }
    return ExitCode.DONE;
  }

  private void stale() throws IOException {
    try (RunFolder run = RunFolder.read(folder)) {
      RewardGraders.stale(run).forEach(console::note);
    }
  }

  private void regrade(Optional<AnswerGrader> by) throws IOException {
    try (RunFolder run = dryRun ? RunFolder.read(folder) : RunFolder.open(folder)) {
      Regrading regrading = Regrading.of(run, by);
      if (regrading.unreadable() > 0) {
        console
            .note("%d reference answers cannot be read by the grader: every completion of their problems has reward 0"
                .formatted(regrading.unreadable()));
      }
      boolean write = !dryRun && regrading.changed(run);
      List<String> again = write ? regrading.write(run, Version.environment(0)) : List.of();
      if (json) {
        console.json(new Graded(regrading.after().size(), regrading.changes().stream().map(Changed::of).toList(),
            regrading.otherwiseRead(), (int) regrading.after().stream().filter(after -> after.read() == null).count(),
            regrading.beyond(), again));
      } else {
        new GradeSummary(console).print(regrading, again, dryRun);
      }
    }
  }
}
