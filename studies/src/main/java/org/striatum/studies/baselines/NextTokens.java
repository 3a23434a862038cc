package org.striatum.studies.baselines;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.store.StoredTrajectories;

/// What the model gave to the tokens that it wrote, before temperature, top-p or top-k.
final class NextTokens {
  private static final long LOGITS_TOGETHER = 16L << 20;

  private NextTokens() {}

  /// ln p of each token behind s₀, trajectory by trajectory: those of the test fold are not read and have none.
  static List<double[]> read(GatedModel model, StoredTrajectories trajectories, Split split) {
    List<double[]> all = new ArrayList<>(Collections.nCopies(trajectories.size(), new double[0]));
    List<Integer> waiting = new ArrayList<>();
    long rows = 0;
    for (int i = 0; i < trajectories.size(); i++) {
      if (split.of(trajectories.problem(i)) == Split.Fold.TEST) {
        continue;
      }
      int length = trajectories.rollouts().get(i).tokens().length;
      if (!waiting.isEmpty() && (rows + length) * model.vocabulary() > LOGITS_TOGETHER) {
        record(model, trajectories, waiting, all);
        waiting.clear();
        rows = 0;
      }
      waiting.add(i);
      rows += length;
    }
    if (!waiting.isEmpty()) {
      record(model, trajectories, waiting, all);
    }
    return all;
  }

  private static void record(GatedModel model, StoredTrajectories trajectories, List<Integer> chosen,
      List<double[]> all) {
    List<Rollout> rollouts = chosen.stream().map(trajectories.rollouts()::get).toList();
    Recording recording = model.record(rollouts.stream().map(Rollout::sequence).toList(), Set.of(HookPoint.LOGITS),
        Gates.none());
    float[] logits = recording.at(HookPoint.LOGITS);
    int vocabulary = model.vocabulary();
    for (int k = 0; k < chosen.size(); k++) {
      int[] tokens = rollouts.get(k).tokens();
      int first = trajectories.promptLength(chosen.get(k)); // the token behind s₀
      double[] found = new double[tokens.length - first];
      for (int t = 0; t < found.length; t++) {
        found[t] = logProbability(logits, (recording.rowOf()[k] + first + t - 1) * vocabulary, vocabulary,
            tokens[first + t]);
      }
      all.set(chosen.get(k), found);
    }
  }

  /// ln softmax(logits)(token).
  static double logProbability(float[] logits, int offset, int vocabulary, int token) {
    double most = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabulary; v++) {
      most = Math.max(most, logits[offset + v]);
    }
    double total = 0;
    for (int v = 0; v < vocabulary; v++) {
      total += Math.exp(logits[offset + v] - most);
    }
    return logits[offset + token] - most - Math.log(total);
  }
}
