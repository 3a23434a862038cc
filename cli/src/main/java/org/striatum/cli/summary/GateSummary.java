package org.striatum.cli.summary;

import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.adaptation.AdaptationResults.Outcome;
import org.striatum.probe.adaptation.AdaptationResults.Protocol;
import org.striatum.probe.adaptation.AdaptationResults.SharedNeurons;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.studies.adaptation.AdaptationAnswers;
import org.striatum.studies.answer.Answer.Finding;

/// An adaptation study's results as lines of text.
///
/// @param console where they go
public record GateSummary(Console console) {
  public void print(AdaptationResults results) {
    Protocol protocol = results.protocol();
    console.say(
        "Specialised to %s, weights frozen, neurons ranked on %s: %d steps of %d problems for every arm, %d held-out problems"
            .formatted(results.mode(), results.ranked(), protocol.steps(), protocol.batch(), protocol.tested())
            + " per task; log-probability of reference solutions in nats per token, its change from frozen with 95 % interval");
    console.say("");
    Table table = new Table("arm", "neurons", "parameters", "accuracy in mode", "log-probability", "accuracy out",
        "log-probability out", "rate");
    results.arms().forEach(arm -> row(table, arm));
    console.print(table);
    console.say("");
    Arm all = results.arm(AdaptationArm.ALL).orElse(null);
    for (Arm arm : results.arms()) {
      if (arm.hard() != null) {
        console.say("  %-17s hardened %s; %.3f %% closed before learning".formatted(arm.name(),
            Figures.interval(arm.hard()), 100 * arm.identity()));
      }
    }
    for (SharedNeurons shared : results.shared()) {
      console.say("  of the %d neurons that the gate over all %d changed most, %d are in %s: %s".formatted(
          shared.overlap().first(), all == null ? 0 : all.neurons(), shared.overlap().shared(), shared.set(),
          PValue.exact(shared.overlap().p()).equation("p")));
    }
    console.say("  PyTorch and ONNX Runtime: logits differ by at most %.1e".formatted(results.agreement()));
    results.notes().forEach(note -> console.say("note: " + note));
    console.say("");
    for (Finding finding : AdaptationAnswers.places(results)) {
      console.say("%s: %s. %s".formatted(finding.of(), finding.verdict().printed(), finding.because()));
    }
  }

  private static String nats(Estimate change) {
    return change.signed(4);
  }

  private static void row(Table table, Arm arm) {
    Outcome in = arm.inMode();
    Outcome out = arm.outOfMode();
    table.row(arm.name().printed(), arm.neurons() == 0 ? "–" : arm.neurons(), arm.parameters(),
        Figures.interval(in.accuracy()), nats(in.logProbabilityChange()),
        out == null ? "–" : Figures.interval(out.accuracy()),
        out == null ? "–" : nats(out.logProbabilityChange()),
        arm.runs().stream().map(run -> "%.3g".formatted(run.rate())).distinct().collect(Collectors.joining(",")));
  }
}
