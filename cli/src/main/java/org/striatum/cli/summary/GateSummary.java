package org.striatum.cli.summary;

import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
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
  private static final String ROW = "%-17s %7s %10s %-18s %-26s %-18s %-26s %s";

  public void print(AdaptationResults results) {
    Protocol protocol = results.protocol();
    console.print(
        "Specialised to %s, weights frozen, neurons ranked on %s: %d steps of %d problems for every arm, %d held-out problems"
            .formatted(results.mode(), results.ranked(), protocol.steps(), protocol.batch(), protocol.tested())
            + " per task; log-probability of reference solutions in nats per token, its change from frozen with 95 % interval");
    console.print("");
    console.print(ROW.formatted("arm", "neurons", "parameters", "accuracy in mode", "log-probability", "accuracy out",
        "log-probability out", "rate"));
    results.arms().forEach(this::row);
    console.print("");
    Arm all = results.arm(AdaptationArm.ALL).orElse(null);
    for (Arm arm : results.arms()) {
      if (arm.hard() != null) {
        console.print("  %-17s hardened %s; %.3f %% closed before learning".formatted(arm.name(),
            Figures.interval(arm.hard()), 100 * arm.identity()));
      }
    }
    for (SharedNeurons shared : results.shared()) {
      console.print("  of the %d neurons that the gate over all %d changed most, %d are in %s: %s".formatted(
          shared.overlap().first(), all == null ? 0 : all.neurons(), shared.overlap().shared(), shared.set(),
          PValue.exact(shared.overlap().p()).equation("p")));
    }
    console.print("  PyTorch and ONNX Runtime: logits differ by at most %.1e".formatted(results.agreement()));
    results.notes().forEach(note -> console.print("note: " + note));
    console.print("");
    for (Finding finding : AdaptationAnswers.places(results)) {
      console.print("%s: %s. %s".formatted(finding.of(), finding.verdict().printed(), finding.because()));
    }
  }

  private static String nats(Estimate change) {
    return Double.isNaN(change.value())
        ? "–"
        : "%+.4f [%+.4f, %+.4f]".formatted(change.value(), change.low(), change.high());
  }

  private void row(Arm arm) {
    Outcome in = arm.inMode();
    Outcome out = arm.outOfMode();
    console.print(ROW.formatted(arm.name().printed(), arm.neurons() == 0 ? "–" : arm.neurons(), arm.parameters(),
        Figures.interval(in.accuracy()), nats(in.logProbabilityChange()),
        out == null ? "–" : Figures.interval(out.accuracy()),
        out == null ? "–" : nats(out.logProbabilityChange()),
        arm.runs().stream().map(run -> "%.3g".formatted(run.rate())).distinct().collect(Collectors.joining(","))));
  }
}
