package org.striatum.probe.store;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.value.Trajectories;

/// Trajectories of chosen rollouts, read from a mapped [ActivationStore] as they are asked for. State 0 is the last
/// prompt position, then comes every generated token. The store must stay open. Safe for concurrent reading.
public final class StoredTrajectories implements Trajectories {
  private final ActivationStore store;
  private final List<Rollout> rollouts;
  private final int[] chosen;
  private final HookPoint hook;
  private final int width;

  /// Chooses rollouts by their lines.
  ///
  /// @param rollouts all lines of the file the store was captured from
  /// @param chosen which of them, as line numbers from 0
  /// @throws IllegalArgumentException if the store has other rollouts, a line does not exist, or the hook point was not
  ///     recorded
  public StoredTrajectories(ActivationStore store, List<Rollout> rollouts, int[] chosen, HookPoint hook) {
    if (rollouts.size() != store.sequences()) {
      throw new IllegalArgumentException("activations and rollouts must have one number of rollouts, found "
          + store.sequences() + " and " + rollouts.size() + ": capture the states again");
    }
    for (int line : chosen) {
      Objects.checkIndex(line, rollouts.size());
      // Same tokens, or the hidden states are of something else.
      if (!Arrays.equals(store.tokens(line), rollouts.get(line).tokens())) {
        throw new IllegalArgumentException(
            "activations must be of the rollouts beside them, found other tokens in rollout " + line
                + ": capture the states again");
      }
    }
    this.store = store;
    this.rollouts = List.copyOf(rollouts);
    this.chosen = chosen.clone();
    this.hook = hook;
    this.width = store.width(hook);
  }

  /// All rollouts of one dataset.
  ///
  /// @throws IllegalArgumentException as the constructor does
  public static StoredTrajectories ofDataset(ActivationStore store, List<Rollout> rollouts, String dataset,
      HookPoint hook) {
    int[] lines = IntStream.range(0, rollouts.size())
        .filter(line -> rollouts.get(line).problem().dataset().equals(dataset)).toArray();
    return new StoredTrajectories(store, rollouts, lines, hook);
  }

  @Override
  public int size() {
    return chosen.length;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int length(int i) {
    return store.length(chosen[i]) - promptLength(i) + 1;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    store.rows(hook, store.firstRow(chosen[i]) + promptLength(i) - 1, length(i), into, offset);
  }

  @Override
  public double reward(int i) {
    return rollout(i).reward();
  }

  @Override
  public String problem(int i) {
    return rollout(i).problem().id();
  }

  @Override
  public int promptLength(int i) {
    return rollout(i).promptLength();
  }

  @Override
  public double logProbability(int i) {
    return rollout(i).logProbability();
  }

  /// The rollout behind trajectory i.
  public Rollout rollout(int i) {
    return rollouts.get(chosen[i]);
  }
}
