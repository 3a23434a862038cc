package org.striatum.probe.value;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.StatePosition;

/// Trajectories without the states that hold NaN or ∞: never averaged in, only counted. A trajectory whose s₀ is such a
/// state is left out whole. The initial states, which most figures are about, are kept at hand.
final class FiniteTrajectories implements Trajectories {
  private final Trajectories source;
  private final int[] members;
  private final BitSet[] excluded;
  private final float[] initial; // (members, width)
  private final long excludedRows;

  private FiniteTrajectories(Trajectories source, int[] members, BitSet[] excluded, float[] initial,
      long excludedRows) {
    this.source = source;
    this.members = members;
    this.excluded = excluded;
    this.initial = initial;
    this.excludedRows = excludedRows;
  }

  /// Reads every state once.
  static FiniteTrajectories of(Trajectories source) {
    int width = source.width();
    int[] members = new int[source.size()];
    BitSet[] excluded = new BitSet[source.size()];
    float[] initial = new float[Math.multiplyExact(source.size(), width)];
    float[] rows = new float[0];
    int size = 0;
    long excludedRows = 0;
    for (int i = 0; i < source.size(); i++) {
      int length = source.length(i);
      if (rows.length < Math.multiplyExact(length, width)) {
        rows = new float[length * width];
      }
      source.states(i, rows, 0);
      BitSet broken = new BitSet(length);
      for (int t = 0; t < length; t++) {
        for (int k = t * width; k < (t + 1) * width; k++) {
          if (!Float.isFinite(rows[k])) {
            broken.set(t);
            break;
          }
        }
      }
      if (broken.get(0)) {
        excludedRows += length;
        continue;
      }
      excludedRows += broken.cardinality();
      System.arraycopy(rows, 0, initial, size * width, width);
      members[size] = i;
      excluded[size++] = broken;
    }
    return new FiniteTrajectories(source, Arrays.copyOf(members, size), Arrays.copyOf(excluded, size),
        Arrays.copyOf(initial, size * width), excludedRows);
  }

  /// Those whose problem lies in a fold.
  FiniteTrajectories in(Split.Fold fold, Split split) {
    int[] chosen = IntStream.range(0, members.length).filter(i -> split.of(problem(i)) == fold).toArray();
    int width = width();
    float[] chosenInitial = new float[chosen.length * width];
    for (int k = 0; k < chosen.length; k++) {
      System.arraycopy(initial, chosen[k] * width, chosenInitial, k * width, width);
    }
    return new FiniteTrajectories(source, Arrays.stream(chosen).map(i -> members[i]).toArray(),
        Arrays.stream(chosen).mapToObj(i -> excluded[i]).toArray(BitSet[]::new), chosenInitial, excludedRows);
  }

  /// States left out, those of dropped trajectories among them.
  long excludedRows() {
    return excludedRows;
  }

  /// s₀ of every trajectory: (size, width). Not to be changed.
  float[] initialStates() {
    return initial;
  }

  /// Whether each trajectory ended in success.
  boolean[] successes() {
    boolean[] successes = new boolean[size()];
    for (int i = 0; i < successes.length; i++) {
      successes[i] = reward(i) > 0.5;
    }
    return successes;
  }

  String[] problems() {
    return IntStream.range(0, size()).mapToObj(this::problem).toArray(String[]::new);
  }

  @Override
  public int size() {
    return members.length;
  }

  @Override
  public int width() {
    return source.width();
  }

  @Override
  public int length(int i) {
    return source.length(members[i]) - excluded[i].cardinality();
  }

  @Override
  public void states(int i, float[] into, int offset) {
    if (excluded[i].isEmpty()) {
      source.states(members[i], into, offset);
      return;
    }
    int width = width();
    int length = source.length(members[i]);
    float[] rows = new float[length * width];
    source.states(members[i], rows, 0);
    int at = offset;
    for (int t = 0; t < length; t++) {
      if (!excluded[i].get(t)) {
        System.arraycopy(rows, t * width, into, at, width);
        at += width;
      }
    }
  }

  @Override
  public double reward(int i) {
    return source.reward(members[i]);
  }

  @Override
  public String problem(int i) {
    return source.problem(members[i]);
  }

  @Override
  public int promptLength(int i) {
    return source.promptLength(members[i]);
  }

  @Override
  public StatePosition position() {
    return source.position();
  }

  @Override
  public Ending ending(int i) {
    return source.ending(members[i]);
  }

  @Override
  public double logProbability(int i) {
    return source.logProbability(members[i]);
  }

  /// Those with excluded states too.
  @Override
  public int generated(int i) {
    return source.generated(members[i]);
  }

  /// Which trajectory of the source trajectory i is.
  int member(int i) {
    return members[i];
  }
}
