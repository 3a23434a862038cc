package org.striatum.cli.summary;

import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.CurveKind;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Curve;
import org.striatum.probe.intervention.InterventionResults.CurvePoint;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.Writing;
import org.striatum.probe.stats.Decimals;
import org.striatum.studies.intervention.InterventionWords;

/// An intervention study's results as lines of text.
///
/// @param console where they go
public record InterventionSummary(Console console) {
  public void print(InterventionResults results) {
    if (!results.interventions().isEmpty()) {
      long secondary = results.interventions().stream().filter(one -> !one.primary()).count();
      console.say("");
      console.say(
          "Interventions on test problems; effect = ablated − base; * fixed before the run (corrected by Holm), the"
              + " other " + secondary
              + " corrected together (Benjamini–Hochberg); q against random and RMS-matched sets, ties"
              + " counting against the set");
      Table table = new Table("task", "hook point", "set", "kind", "outcome", "base", "effect", "random", "matched",
          "verdict");
      for (Intervention one : results.interventions()) {
        table.row(one.dataset(), one.where(), (one.primary() ? "*" : "") + one.set(), one.treatment(),
            one.outcome(), Decimals.of(one.base().outcome().value(), 3), Figures.signed(one.effect()),
            one.random().qValue(), one.matched().qValue(), InterventionWords.verdict(one));
      }
      console.print(table);
    }
    results.curves().forEach(this::curve);
    results.notes().forEach(note -> console.say("note: " + note));
    results.interventions().stream().filter(Intervention::primary).forEach(this::verdict);
  }

  private void curve(Curve curve) {
    boolean dose = curve.subject() == CurveKind.DOSE;
    console.say("");
    console.say("%s of %s at %s of %s: change of log-probability (nats per item), and RMS-matched sets' 95 %%"
        .formatted(dose ? "Dose curve" : "Steering towards success by α standard deviations", curve.set(), curve.hook(),
            curve.dataset()));
    Table table = new Table(dose ? "share" : "α", "coordinates", "change", "matched sets");
    for (CurvePoint point : curve.points()) {
      table.row(dose ? "%.3g %%".formatted(100 * point.x()) : "%+.3g".formatted(point.x()).replace('-', '−'),
          point.coordinates(), Figures.signed(point.effect()), point.refused() != null
              ? "no matched sets"
              : Decimals.signed(point.low(), 3) + " to " + Decimals.signed(point.high(), 3) + ", "
                  + point.pValue().equation("p"));
    }
    console.print(table);
  }

  private void verdict(Intervention primary) {
    console.say("");
    console.say("Verdict: %s. %s %s (%s of %s, on %s) changes accuracy from %.3f by %s%s: %s.".formatted(
        InterventionWords.verdict(primary),
        primary.kind() == AblationKind.ZERO ? "Zeroing" : "Changing (" + primary.treatment() + ")", primary.set(),
        primary.kind().ofDirection() ? "a direction" : primary.size() + " neurons", primary.where(), primary.dataset(),
        primary.base().outcome().value(), Figures.signed(primary.effect()), mcNemar(primary.ablated()),
        InterventionWords.finding(primary)));
    if (!primary.matched().effects().isEmpty()) {
      console.say("  RMS-matched sets have %s on average, the set %s beyond that; %d of %d tie.".formatted(
          Decimals.signed(primary.matched().mean(), 3), Figures.signed(primary.matched().excess()),
          primary.matched().ties(),
          primary.matched().effects().size()));
    }
    String power = InterventionWords.power(primary);
    if (!power.isEmpty()) {
      console.say("  " + power);
      console.say("  planted drops found: " + primary.decision().power().shares().stream()
          .filter(share -> share.planted() > 0).map(share -> "%s %.0f %%".formatted(
              InterventionWords.size(share.drop(), primary.outcome()), 100 * share.value()))
          .collect(Collectors.joining(", ")));
    }
    writing("base", primary.base().writing());
    writing(primary.set(), primary.ablated().writing());
    for (Arm other : primary.others()) {
      console.say("  %-14s %4d coordinates: effect %s".formatted(other.name(), other.coordinates(),
          Figures.signed(other.effect())));
      writing(other.name(), other.writing());
    }
    writing("RMS-matched", primary.matched().writing());
  }

  private void writing(String name, Writing writing) {
    if (writing != null) {
      console.say("  %-14s %.1f tokens on average, %.0f %% finished, %.0f %% with an answer".formatted(name,
          writing.tokens().value(), 100 * writing.finished().value(), 100 * writing.parsed().value()));
    }
  }

  private static String mcNemar(Arm arm) {
    return arm.mcNemar() == null
        ? ""
        : "; McNemar %s (%d broken, %d repaired)".formatted(arm.mcNemar().pValue().equation("p"),
            arm.mcNemar().broken(),
            arm.mcNemar().repaired());
  }
}
