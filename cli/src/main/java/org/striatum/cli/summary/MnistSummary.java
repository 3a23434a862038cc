package org.striatum.cli.summary;

import java.util.List;
import java.util.Locale;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.peft.mnist.AbsentMode;
import org.striatum.peft.mnist.FoundationQuality;
import org.striatum.peft.mnist.GateCost;
import org.striatum.peft.mnist.Hardening;
import org.striatum.peft.mnist.MethodResult;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.mnist.ModeSwitching;
import org.striatum.peft.mnist.OverSeeds;
import org.striatum.peft.mnist.SpecializationTable;
import org.striatum.peft.mnist.SpecializationTable.Cell;
import org.striatum.peft.mnist.SpecializationTable.Claim;
import org.striatum.peft.mnist.TunedComparison;
import org.striatum.peft.mnist.Tuning;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;

/// Results on mode specialisation as lines of text.
///
/// @param console where they go
public record MnistSummary(Console console) {
  public void print(ModeSpecialization results) {
    ModeSettings settings = results.settings();
    console
        .say("%s, specialised on 45°, preset %s, %d seeds from %d; mean accuracy on test images ± standard deviation"
            .formatted(results.images(), settings.preset().printed(), settings.seeds().count(),
                settings.seeds().first()));
    if (results.table() != null) {
      print(results.table());
    }
    if (results.tuned() != null) {
      print(results.tuned());
    }
    if (results.hardening() != null) {
      print(results.hardening());
    }
    if (results.foundations() != null) {
      print(results.foundations());
    }
    if (results.absent() != null) {
      print(results.absent());
    }
    if (results.switching() != null) {
      print(results.switching());
    }
    if (results.cost() != null) {
      print(results.cost());
    }
  }

  private void print(SpecializationTable.Result table) {
    console.say("");
    table(table.methods(), table.cells(), table.claims());
    if (table.uncalibrated() != null) {
      console.say("");
      console.say("The same by settings that were not fitted to the paper's table, preset "
          + table.uncalibrated().settings().preset().printed());
      table(table.uncalibrated().methods(), table.uncalibrated().cells(), table.uncalibrated().claims());
    }
  }

  private void table(List<MethodResult> methods, List<Cell> cells, List<Claim> claims) {
    Table table = new Table("method", "trainable", "0°", "45°", "45° minus frozen", "0° minus frozen",
        cells.isEmpty() ? "" : "paper 0°, 45°");
    for (MethodResult method : methods) {
      double[] paper = cells.stream().filter(cell -> cell.method().equals(method.name())).mapToDouble(Cell::paper)
          .toArray();
      table.row(method.name(), "%,d".formatted(method.trainable()),
          spread(method.accuracy0()), spread(method.accuracy45()), signed(method.gain45()), signed(method.forgetting()),
          paper.length == 0 ? "" : "%.3f, %.3f".formatted(paper[0], paper[1]));
    }
    console.print(table);
    if (!cells.isEmpty()) {
      console.say("%d of %d cells are within %.3f of the paper's".formatted(
          cells.stream().filter(Cell::holds).count(), cells.size(), SpecializationTable.TOLERANCE));
    }
    cells.stream().filter(cell -> !cell.holds()).forEach(cell -> console.say(
        "  not %s at %s: %.3f, paper %.3f".formatted(cell.method(), cell.mode(), cell.ours(), cell.paper())));
    claims.forEach(claim -> console.say("%s: %s (%s)".formatted(claim.text(), claim.verdict(), claim.because())));
  }

  private void print(TunedComparison.Result tuned) {
    console.say("");
    console.say("Each method at its learning rate, chosen on validation images of other seeds");
    Table table = new Table("method", "trainable", "rate (τ)", "0°", "45°", "45° minus frozen", "45° minus taugate");
    for (MethodResult method : tuned.methods()) {
      table.row(method.name(), "%,d".formatted(method.trainable()), rates(method), spread(method.accuracy0()),
          spread(method.accuracy45()), signed(method.gain45()), signed(method.beyondTauGate45()));
    }
    console.print(table);
    console.say(tuned.statement());
    tuned.tunings().stream().filter(Tuning::atEdge).forEach(tuning -> console.say(
        "note: %s is best at an end of its grid, %s".formatted(tuning.what(), number(tuning.chosen()))));
  }

  private void print(Hardening.Result hardening) {
    console.say("");
    console.say(
        "Soft and hard gates; openness on rotated images (the paper's high-activation fraction, not defined there: %.2f)"
            .formatted(hardening.paperHighActivation()));
    Table table = new Table("s", "λ", "soft 45°", "hard 45°", "hard − soft", "mean g", "g > 0.9", "z > τ",
        "units with mean g > 0.9");
    for (Hardening.HardenedGate pair : hardening.gates()) {
      table.row(number(pair.sharpness()), number(pair.lambda()), mean(pair.soft().at45()), mean(pair.hard().at45()),
          signed(pair.hardLoss45()), mean(pair.open().mean()), mean(pair.open().above9()), mean(pair.open().above5()),
          mean(pair.open().unitsAbove9()));
    }
    console.print(table);
  }

  private void print(FoundationQuality.Result foundations) {
    console.say("");
    console.say("Gain at 45° on better foundation networks");
    for (FoundationQuality.Foundation foundation : foundations.foundations()) {
      StringBuilder gains = new StringBuilder();
      foundation.methods().stream().filter(method -> method.trainable() > 0).forEach(
          method -> gains.append("  %s %s".formatted(method.name(), signed(method.gain45()))));
      console.say("%-4s %5d steps, %,6d images: %s%s".formatted(
          foundation.training().optimizer().name().toLowerCase(Locale.ROOT), foundation.training().steps(),
          foundation.images(), spread(foundation.quality()), gains));
    }
    foundations.trends().forEach(trend -> console.say("%s: gain against quality, Spearman's ρ %s".formatted(
        trend.method(), Figures.signed(trend.spearman()))));
  }

  private void print(AbsentMode.Result absent) {
    console.say("");
    console.say("Modes that the foundation network lacks, %d steps, each method at its learning rate"
        .formatted(absent.steps()));
    Table table = new Table("mode", "method", "rate", "accuracy", "minus frozen", "minus full");
    absent.methods().forEach(one -> table.row(one.mode(), one.method(), number(one.learningRate()),
        spread(one.accuracy()), signed(one.gain()), signed(one.behindFull())));
    console.print(table);
    absent.statements().forEach(console::say);
  }

  private void print(ModeSwitching.Result switching) {
    console.say("");
    console.say("Two gates on one network, accuracy by mode");
    for (int i = 0; i < switching.accuracies().size(); i += 2) {
      ModeSwitching.Switched upright = switching.accuracies().get(i);
      ModeSwitching.Switched tilted = switching.accuracies().get(i + 1);
      console.say("gate %-4s 0° %s  45° %s".formatted(upright.gate(), spread(upright.accuracy()),
          spread(tilted.accuracy())));
    }
    console.say("each mode's own gate minus the other's, both modes summed: " + signed(switching.ownModeBetter()));
    switching.overlaps().forEach(overlap -> console.say(
        "gates %-28s cosine of γ − 1 %s, changed quarter %s (by chance %.3f), closed %s".formatted(overlap.pair(),
            signed(overlap.cosine()), spread(overlap.changed()), overlap.changedByChance(),
            spread(overlap.closed()))));
    console.say("with all gates off every logit is the network's own: " + (switching.restored() ? "yes" : "no"));
  }

  private void print(GateCost.Result cost) {
    console.say("");
    console.say("Multiply-accumulates per image %,d, of which %.1f %% come after a gate".formatted(cost.macs(),
        100.0 * cost.mostSkippable() / cost.macs()));
    cost.skipped().forEach(one -> console.say(
        "λ = %s: %.2f %% can be skipped, %.2f %% by the ReLU alone; the gate adds %.2f %% [%.2f to %.2f]; hard gate at 45° %.3f"
            .formatted(number(one.lambda()), 100 * one.skipped().mean(), 100 * one.byRectifier().mean(),
                100 * one.beyondRectifier().mean(), 100 * one.beyondRectifier().ci()[0],
                100 * one.beyondRectifier().ci()[1], one.hard45().mean())));
    cost.ablated().forEach(one -> console.say(
        "set to 0: %2.0f %%, %-16s 45° %.3f, random units %.3f: %s".formatted(100 * one.share(), one.ranking(),
            one.accuracy45().mean(), one.random45().mean(), signed(one.beyondRandom45()))));
  }

  private static String rates(MethodResult method) {
    if (Double.isNaN(method.learningRate()) && Double.isNaN(method.thresholdRate())) {
      return "–";
    }
    return number(method.learningRate())
        + (Double.isNaN(method.thresholdRate()) ? "" : " (" + number(method.thresholdRate()) + ")");
  }

  private static String mean(OverSeeds figure) {
    return Decimals.of(figure.mean(), 3);
  }

  private static String spread(OverSeeds figure) {
    return "%.3f ± %.3f".formatted(figure.mean(), figure.sd());
  }

  private static String signed(OverSeeds difference) {
    return Figures.signed(new Estimate(difference.mean(), difference.ci()[0], difference.ci()[1]));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "–" : value == Math.rint(value) ? "%.0f".formatted(value) : Double.toString(value);
  }
}
