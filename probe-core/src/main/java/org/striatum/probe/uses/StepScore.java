package org.striatum.probe.uses;

import java.util.List;
import java.util.Set;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// How promising a text looks after its last step. Higher is better; only candidates of one prefix are compared.
@FunctionalInterface
public interface StepScore {
  /// Scores of candidates: (candidates). Must not depend on which others are beside it.
  ///
  /// @param candidates each the prefix before the step as its prompt, then the step
  double[] of(List<TokenSequence> candidates);

  /// A score read from the states of one candidate.
  @FunctionalInterface
  interface OfStates {
    /// The score of the candidate that takes up some rows.
    ///
    /// @param rows of several candidates: (rows, width) row-major
    /// @param first row of the step's first token; `end` where it has none
    /// @param end row behind its last token
    double score(float[] rows, int first, int end);
  }

  /// Reads every candidate's states at a hook point, `batchSize` candidates at a time: (candidates).
  static double[] read(GatedModel model, HookPoint hook, int batchSize, List<TokenSequence> candidates,
      OfStates score) {
    double[] scores = new double[candidates.size()];
    for (int from = 0; from < scores.length; from += batchSize) {
      List<TokenSequence> batch = candidates.subList(from, Math.min(from + batchSize, scores.length));
      Recording recording = model.record(batch, Set.of(hook), Gates.none());
      for (int i = 0; i < batch.size(); i++) {
        scores[from + i] = score.score(recording.at(hook), recording.rowOf()[i] + batch.get(i).promptLength(),
            recording.rowOf()[i + 1]);
      }
    }
    return scores;
  }
}
