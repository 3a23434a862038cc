package org.striatum.probe.uses;

import java.util.List;
import java.util.Set;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.sparse.LinearPredictor;

/// V at the last state of a text. Among candidates of one prefix it orders as the TD error V(after) − V(before) does,
/// since they share V(before).
///
/// @param model run over every candidate
/// @param hook where value is read
/// @param value fitted on training problems
/// @param batchSize candidates that run together
public record ValueScore(GatedModel model, HookPoint hook, LinearPredictor value, int batchSize) implements StepScore {
  @Override
  public double[] of(List<TokenSequence> candidates) {
    int width = model.width(hook);
    double[] scores = new double[candidates.size()];
    for (int from = 0; from < scores.length; from += batchSize) {
      List<TokenSequence> batch = candidates.subList(from, Math.min(from + batchSize, scores.length));
      Recording recording = model.record(batch, Set.of(hook), Gates.none());
      for (int i = 0; i < batch.size(); i++) {
        scores[from + i] = value.score(recording.at(hook), (recording.rowOf()[i + 1] - 1) * width);
      }
    }
    return scores;
  }
}
