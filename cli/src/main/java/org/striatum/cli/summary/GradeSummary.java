package org.striatum.cli.summary;

import java.util.List;
import java.util.stream.IntStream;
import org.striatum.cli.console.Console;
import org.striatum.probe.rollout.Rollout;
import org.striatum.studies.rollouts.Regrading;
import org.striatum.studies.rollouts.RolloutResults;

/// Rewards given again, and completions with what was read from them, as lines of text.
///
/// @param console where they go
public record GradeSummary(Console console) {
  private static final int TAIL = 240;
  private static final int SHORT = 60;

  /// Every changed reward, then counts.
  public void print(Regrading regrading, List<String> again, boolean dryRun) {
    for (Regrading.Change change : regrading.changes()) {
      Rollout after = change.after();
      console.say("line %d: %s %s, sample %d: reward %.0f → %.0f, read %s%s, reference %s%s".formatted(change.line(),
          after.problem().dataset(), after.problem().id(), after.sample(), change.before().reward(), after.reward(),
          read(after), change.before().read() == null ? "" : " (was " + read(change.before()) + ")",
          quoted(after.problem().answer(), SHORT),
          after.timeLimit() ? ", time limit reached: written forms decided" : ""));
    }
    console.say("%d of %d rewards changed, %d the same for another answer".formatted(regrading.changes().size(),
        regrading.after().size(), regrading.otherwiseRead()));
    regrading.beyond().forEach((why, count) -> console
        .say("%d of %d completions not read: %s".formatted(count, regrading.after().size(), why)));
    if (regrading.withoutAnswer() > 0) {
      console.say("%d of %d completions not read: no committed answer".formatted(regrading.withoutAnswer(),
          regrading.after().size()));
    }
    List<RolloutResults.DatasetAccuracy> before = RolloutResults.of(regrading.before()).datasets();
    List<RolloutResults.DatasetAccuracy> after = RolloutResults.of(regrading.after()).datasets();
    for (int i = 0; i < after.size(); i++) {
      console.say("%-8s accuracy %.3f → %.3f".formatted(after.get(i).dataset(), before.get(i).accuracy(),
          after.get(i).accuracy()));
    }
    if (dryRun) {
      console.say("nothing was written");
    } else if (!again.isEmpty()) {
      console.say("to be run again: " + String.join(", ", again));
    }
  }

  /// Completions spread evenly over the file.
  ///
  /// @param unread only those of which no answer was read
  public void sample(List<Rollout> rollouts, int count, boolean unread) {
    int[] lines = IntStream.range(0, rollouts.size()).filter(line -> !unread || rollouts.get(line).read() == null)
        .toArray();
    int shown = Math.min(count, lines.length);
    for (int i = 0; i < shown; i++) {
      int index = lines[(int) ((long) i * lines.length / shown)];
      Rollout rollout = rollouts.get(index);
      console
          .say("line %d: %s %s, sample %d%s".formatted(index + 1, rollout.problem().dataset(), rollout.problem().id(),
              rollout.sample(), rollout.finished() ? "" : ", unfinished"));
      console.say("  completion " + tail(rollout.completion()));
      console.say("  read       " + read(rollout));
      console.say("  reference  " + quoted(rollout.problem().answer(), TAIL));
      console.say("  reward     %.0f%s".formatted(rollout.reward(),
          rollout.timeLimit() ? " (time limit reached: written forms decided)" : ""));
    }
  }

  private static String read(Rollout rollout) {
    if (rollout.unread() != null) {
      return "nothing, " + rollout.unread().printed();
    }
    return rollout.read() == null ? "nothing" : quoted(rollout.read(), SHORT);
  }

  private static String tail(String text) {
    String line = text.strip().replace("\n", "⏎");
    return "'" + (line.length() <= TAIL ? line : "…" + line.substring(line.length() - TAIL)) + "'";
  }

  private static String quoted(String text, int longest) {
    String line = text.strip().replace("\n", "⏎");
    return "'" + (line.length() <= longest ? line : line.substring(0, longest) + "…") + "'";
  }
}
