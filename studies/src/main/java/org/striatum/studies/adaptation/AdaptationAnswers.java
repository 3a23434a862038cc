package org.striatum.studies.adaptation;

import static org.striatum.studies.answer.AnswerFigures.nats;
import static org.striatum.studies.answer.AnswerFigures.signed;

import java.util.List;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.studies.answer.Answer.Finding;

/// Whether reward neurons are where a model should be adapted.
public final class AdaptationAnswers {
  private AdaptationAnswers() {}

  /// Whether gating each set of reward neurons was better than gating sets matched to it.
  public static List<Finding> places(AdaptationResults adaptation) {
    return adaptation.comparisons().stream()
        .map(one -> new Finding("%s, %s@%s".formatted(adaptation.mode(), one.set(), adaptation.protocol().setSize()),
            one.verdict(),
            "the set minus %d RMS-matched sets: %s nats per token and %s of accuracy in mode, %s nats per token on other tasks; the matched sets gain %+.4f in mode over the frozen model, and the set is above %d of them"
                .formatted(one.controls(), nats(one.logProbability()), signed(one.accuracy()), nats(one.outOfMode()),
                    one.gained(), one.surpassed())))
        .toList();
  }
}
