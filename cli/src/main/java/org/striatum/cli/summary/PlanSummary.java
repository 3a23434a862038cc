package org.striatum.cli.summary;

import java.util.List;
import java.util.Locale;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.studies.registration.Plan;
import org.striatum.studies.registration.Plan.Ground;
import org.striatum.studies.registration.Plan.PlannedAnswer;
import org.striatum.studies.registration.Plan.PlannedCost;

/// A plan as lines of text.
///
/// @param console where they go
public record PlanSummary(Console console) {
  public void print(Plan plan) {
    for (String dataset : plan.told().data().keySet()) {
      console.say("");
      console.say("%s: %d problems in all".formatted(dataset, plan.told().data().get(dataset).problems()));
      console.say("  stands on " + String.join(", ", plan.grounds().stream()
          .filter(ground -> ground.dataset().equals(dataset)).map(PlanSummary::ground).toList()));
      for (PlannedAnswer answer : plan.answers()) {
        if (answer.dataset().equals(dataset)) {
          console.say("  " + answer.printed());
        }
      }
    }
    cost(plan.cost());
    plan.notes().forEach(console::say);
    console.say("primary: " + plan.primary().printed());
  }

  private static String ground(Ground ground) {
    return "%s %s (%s)".formatted(ground.figure(), number(ground.value()), ground.source().printed());
  }

  private static String number(double value) {
    return Math.abs(value) >= 100
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }

  private void cost(List<PlannedCost> cost) {
    console.say("");
    long tokens = 0;
    double seconds = 0;
    double bytes = 0;
    Table table = new Table("", "");
    for (PlannedCost one : cost) {
      table.row(one.study(), amounts(one.tokens(), one.seconds(), one.bytes()));
      tokens += one.tokens();
      seconds += one.seconds();
      bytes += one.bytes();
    }
    table.row("in all", amounts(tokens, seconds, bytes) + "; the time of fits is not in it");
    console.print(table);
  }

  private static String amounts(long tokens, double seconds, double bytes) {
    return String.format(Locale.ROOT, "%,d tokens, %s, %s", tokens,
        Double.isFinite(seconds) ? time(seconds) : "hours not planned",
        Double.isFinite(bytes) ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6) : "disk not planned");
  }

  private static String time(double seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%.1f min", seconds / 60)
        : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
  }
}
