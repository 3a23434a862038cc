package org.striatum.probe.planning;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// A model that writes 1 or 0. Any set that is taken out breaks and repairs answers at random, each set others; the set with
/// coordinate 0 breaks more of them.
///
/// @param width of its one hook point
/// @param accuracy of the untouched model
/// @param churn share of all items that any set changes, half of them each way
/// @param drop share of all items that the set with coordinate 0 breaks beyond that
record ChurningModel(int width, double accuracy, double churn, double drop, long seed) implements GatedModel {
  static final HookPoint HOOK = HookPoint.residPost(0);

  @Override
  public int layers() {
    return 1;
  }

  @Override
  public int vocabulary() {
    return 2;
  }

  @Override
  public List<HookPoint> hookPoints() {
    return List.of(HOOK);
  }

  @Override
  public int width(HookPoint hook) {
    return width;
  }

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    List<Integer> out = out(gates.at().get(HOOK), prompts.getFirst().promptLength());
    return IntStream.range(0, prompts.size())
        .mapToObj(i -> new Completion(new int[]{isRight(seeds[i], out) ? 1 : 0}, true, -1)).toList();
  }

  private boolean isRight(long item, List<Integer> out) {
    boolean right = new SplittableRandom(seed * 31 + item).nextDouble() < accuracy;
    if (out.isEmpty()) {
      return right;
    }
    double chance = new SplittableRandom(new SplittableRandom(seed * 37 + out.hashCode()).nextLong() ^ item)
        .nextDouble();
    double broken = (churn / 2 + (out.contains(0) ? drop : 0)) / accuracy;
    return right ? chance >= broken : chance < churn / 2 / (1 - accuracy);
  }

  private List<Integer> out(Gate gate, int promptLength) {
    if (gate == null || !gate.selects(0, promptLength)) {
      return List.of();
    }
    float[] ones = new float[width];
    Arrays.fill(ones, 1);
    float[] after = gate.apply(ones, ones, 0);
    return IntStream.range(0, width).filter(j -> after[j] == 0).boxed().toList();
  }

  @Override
  public void close() {}
}
