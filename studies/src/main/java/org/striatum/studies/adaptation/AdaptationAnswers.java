package org.striatum.studies.adaptation;

import static org.striatum.studies.answer.Unit.NATS_PER_TOKEN;

import java.util.List;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Unit;

/// Whether reward neurons are where a model should be adapted.
public final class AdaptationAnswers {
  private AdaptationAnswers() {}

  /// Whether gating each set of reward neurons was better than gating sets matched to it.
  public static List<Finding> places(AdaptationResults adaptation) {
    return adaptation.comparisons().stream()
        .map(one -> new Finding("%s, %s@%s".formatted(adaptation.mode(), one.set(), adaptation.protocol().setSize()),
            one.verdict(),
            "the set minus %d RMS-matched sets: %s and %s of accuracy in mode, %s on other tasks; the matched sets gain %s in mode over the frozen model, and the set is above %d of them"
                .formatted(one.controls(), NATS_PER_TOKEN.of(one.logProbability()), Unit.POINTS.of(one.accuracy()),
                    NATS_PER_TOKEN.of(one.outOfMode()), NATS_PER_TOKEN.digits(one.gained()), one.surpassed()),
            null, adaptation.mode(), new Evidence("log-probability beyond matched sets", NATS_PER_TOKEN,
                one.logProbability())))
        .toList();
  }
}
