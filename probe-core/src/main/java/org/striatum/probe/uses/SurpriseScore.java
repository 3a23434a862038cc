package org.striatum.probe.uses;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// The surprise that a TD-error probe reads from a step's own states: the dopamine score as process reward. (arXiv
/// 2602.00986, §6.)
///
/// @param model run over every candidate
/// @param hook where surprise is read
/// @param surprise fitted on training problems
/// @param batchSize candidates that run together
public record SurpriseScore(GatedModel model, HookPoint hook, StepScorer surprise, int batchSize)
    implements
      StepScore {
  @Override
  public double[] of(List<TokenSequence> candidates) {
    int width = model.width(hook);
    double[] scores = new double[candidates.size()];
    for (int from = 0; from < scores.length; from += batchSize) {
      List<TokenSequence> batch = candidates.subList(from, Math.min(from + batchSize, scores.length));
      Recording recording = model.record(batch, Set.of(hook), Gates.none());
      for (int i = 0; i < batch.size(); i++) {
        int first = recording.rowOf()[i] + batch.get(i).promptLength();
        int end = recording.rowOf()[i + 1];
        scores[from + i] = end > first // an empty step surprises nobody
            ? surprise.score(Arrays.copyOfRange(recording.at(hook), first * width, end * width), end - first)
            : 0;
      }
    }
    return scores;
  }
}
