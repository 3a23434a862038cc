package org.striatum.cli.summary;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.probe.rollout.Unread;
import org.striatum.studies.rollouts.RolloutResults;
import org.striatum.studies.rollouts.RolloutResults.DatasetAccuracy;

/// A summary of rollouts as lines of text.
///
/// @param console where they go
public record RolloutSummary(Console console) {
  /// One line per data set.
  public void print(RolloutResults results) {
    Table table = new Table("", "", "", "", "");
    for (DatasetAccuracy one : results.datasets()) {
      table.row(one.dataset(), one.rollouts() + " rollouts", "accuracy %.3f".formatted(one.accuracy()),
          "finished " + (Double.isNaN(one.finished()) ? "not known" : "%.3f".formatted(one.finished())),
          "%s%s%s".formatted(answered(one),
              one.cutInThought() > 0 ? "  cut off while thinking %.3f".formatted(one.cutInThought()) : "",
              thoughts(one)));
    }
    console.print(table);
  }

  /// How many give an answer, and how many none that is read: a person should look at those.
  private static String answered(DatasetAccuracy one) {
    if (Double.isNaN(one.answered())) {
      return "graded elsewhere, no answers kept";
    }
    long unread = Math.round((1 - one.answered()) * one.rollouts());
    return "answered %.3f%s".formatted(one.answered(),
        unread == 0 ? "" : "  not read %d%s".formatted(unread, beyond(one)));
  }

  /// How many of those are beyond what graders read.
  private static String beyond(DatasetAccuracy one) {
    String counts = Arrays.stream(Unread.values()).filter(why -> one.beyond(why) > 0)
        .map(why -> "%s %d".formatted(why.printed(), one.beyond(why))).collect(Collectors.joining(", "));
    return counts.isEmpty() ? "" : " (%s)".formatted(counts);
  }

  /// How many have a closed thought, where some have.
  private static String thoughts(DatasetAccuracy one) {
    return one.thoughtClosed() == null || one.thoughtClosed() == 0
        ? ""
        : "  thought closed in %d".formatted(one.thoughtClosed());
  }
}
