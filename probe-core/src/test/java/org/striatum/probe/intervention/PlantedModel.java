package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// A model of one hook point whose outcome depends on what was planted and on nothing else. Each sequence has one hidden
/// state a position, drawn from its first token; its health in [0, 1] is a function of the states before and after
/// the gate, log p = −10 · (1 − health) − 1, shared equally by the continuation's tokens, and an attempt succeeds with
/// chance 0.9 · health. Logits give the next token that probability and all others the same.
final class PlantedModel implements GatedModel {
  static final HookPoint HOOK = HookPoint.residPost(0);
  static final int VOCABULARY = 64;

  private final double[] rms;
  private final ToDoubleBiFunction<float[], float[]> health;
  private final boolean honoursMask;
  int scorersOpen;
  int arms;

  /// @param rms scale of each coordinate
  /// @param health of a state before and after the gate: 1 is unhurt
  PlantedModel(double[] rms, ToDoubleBiFunction<float[], float[]> health, boolean honoursMask) {
    this.rms = rms;
    this.health = health;
    this.honoursMask = honoursMask;
  }

  /// Uses the planted coordinates, each as much as any other.
  static PlantedModel usesOnly(double[] rms, Set<Integer> planted) {
    return new PlantedModel(rms, (before, after) -> {
      double kept = 0;
      for (int j : planted) {
        kept += 1 - Math.abs(after[j] - before[j]) / (Math.abs(before[j]) + 1e-9);
      }
      return kept / planted.size();
    }, true);
  }

  /// Suffers from whatever is removed, by its size alone.
  static PlantedModel usesSize(double[] rms) {
    return new PlantedModel(rms, (before, after) -> {
      double removed = 0;
      double all = 0;
      for (int j = 0; j < before.length; j++) {
        removed += (before[j] - after[j]) * (before[j] - after[j]);
        all += before[j] * before[j];
      }
      return 1 - removed / all;
    }, true);
  }

  static PlantedModel usesNothing(double[] rms) {
    return new PlantedModel(rms, (_, _) -> 1, true);
  }

  private double logProbability(TokenSequence item, Gate gate) {
    return -10 * (1 - health(item, gate)) - 1;
  }

  private double health(TokenSequence item, Gate gate) {
    SplittableRandom random = new SplittableRandom(item.tokens()[0]);
    double sum = 0;
    for (int t = 0; t < item.length(); t++) {
      float[] before = new float[rms.length];
      for (int j = 0; j < rms.length; j++) {
        before[j] = (float) (rms[j] * (random.nextBoolean() ? 1 : -1) * (0.8 + 0.4 * random.nextDouble()));
      }
      boolean acts = !honoursMask || gate.selects(t, item.promptLength());
      float[] after = acts ? gate.apply(before, before, t) : before.clone();
      sum += health.applyAsDouble(before, after);
    }
    return sum / item.length();
  }

  @Override
  public int layers() {
    return 1;
  }

  @Override
  public int vocabulary() {
    return VOCABULARY;
  }

  @Override
  public List<HookPoint> hookPoints() {
    return List.of(HOOK);
  }

  @Override
  public int width(HookPoint hook) {
    if (!hook.equals(HOOK)) {
      throw new IllegalArgumentException("no such hook point: " + hook);
    }
    return rms.length;
  }

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    int[] rowOf = new int[sequences.size() + 1];
    for (int i = 0; i < sequences.size(); i++) {
      rowOf[i + 1] = rowOf[i] + sequences.get(i).length();
    }
    float[] logits = new float[rowOf[sequences.size()] * VOCABULARY];
    for (int i = 0; i < sequences.size(); i++) {
      TokenSequence item = sequences.get(i);
      double logP = logProbability(item, gates.at().get(HOOK)) / (item.length() - item.promptLength());
      for (int t = 0; t + 1 < item.length(); t++) {
        int row = (rowOf[i] + t) * VOCABULARY;
        Arrays.fill(logits, row, row + VOCABULARY, (float) Math.log((1 - Math.exp(logP)) / (VOCABULARY - 1)));
        logits[row + item.tokens()[t + 1]] = (float) logP;
      }
    }
    return new Recording(rowOf, Map.of(HookPoint.LOGITS, logits), Map.of(HookPoint.LOGITS, VOCABULARY));
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    hooks.forEach(this::width);
    scorersOpen++;
    return new Scorer() {
      @Override
      public double[] logProbabilities(Gates gates) {
        arms++;
        return items.stream().mapToDouble(item -> logProbability(item, gates.at().get(HOOK))).toArray();
      }

      @Override
      public void close() {
        scorersOpen--;
      }
    };
  }

  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    arms++;
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < seeds.length; i++) {
      boolean right = new SplittableRandom(seeds[i]).nextDouble() < 0.9 * health(prompts.get(i), gates.at().get(HOOK));
      completions.add(new Completion(new int[]{right ? 1 : 0}, true, -1));
      onEachFinished.run();
    }
    return completions;
  }

  @Override
  public void close() {}
}
