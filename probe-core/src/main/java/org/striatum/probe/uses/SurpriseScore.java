package org.striatum.probe.uses;

import java.util.Arrays;
import java.util.List;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// The surprise that a TD-error probe reads from a step's own states, in units of δ: the dopamine score as process reward;
/// 0 for an empty step. (arXiv 2602.00986, §6.)
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
    return StepScore.read(model, hook, batchSize, candidates, (rows, first, end) -> end > first
        ? surprise.score(Arrays.copyOfRange(rows, first * width, end * width), end - first)
        : 0);
  }
}
