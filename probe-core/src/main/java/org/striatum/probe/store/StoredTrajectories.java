package org.striatum.probe.store;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.value.Trajectories;

/// Trajectories of chosen rollouts, read from a mapped [ActivationStore] as they are asked for. State 0 is the last
/// prompt position, or the end of the thought, then comes every token behind it that is stored. The store must stay open. Safe for
/// concurrent reading.
public final class StoredTrajectories implements Trajectories {
  private final ActivationStore store;
  private final List<Rollout> rollouts;
  private final int[] chosen;
  private final HookPoint hook;
  private final StatePosition position;
  private final int width;
  /// Trajectory → positions of its states, rising; null where every token behind s₀ has one.
  private final int[][] at;

  /// Chooses rollouts by their lines, from the ends of their prompts on.
  ///
  /// @throws IllegalArgumentException as the other constructor does
  public StoredTrajectories(ActivationStore store, List<Rollout> rollouts, int[] chosen, HookPoint hook) {
    this(store, rollouts, chosen, hook, StatePosition.PROMPT_END);
  }

  /// Chooses rollouts by their lines.
  ///
  /// @param rollouts all lines of the file the store was captured from
  /// @param chosen which of them, as line numbers from 0
  /// @param position where each trajectory begins
  /// @throws IllegalArgumentException if the store has other rollouts, a line does not exist or has no such position, or the
  ///     hook point was not recorded
  public StoredTrajectories(ActivationStore store, List<Rollout> rollouts, int[] chosen, HookPoint hook,
      StatePosition position) {
    if (rollouts.size() != store.sequences()) {
      throw new IllegalArgumentException("activations and rollouts must have one number of rollouts, found "
          + store.sequences() + " and " + rollouts.size() + ": capture the states again");
    }
    for (int line : chosen) {
      Objects.checkIndex(line, rollouts.size());
      if (position.in(rollouts.get(line)).isEmpty()) {
        throw new IllegalArgumentException("rollout " + line + " has no " + position.printed());
      }
      // Same tokens, or the hidden states are of something else.
      if (!isOf(store, line, rollouts.get(line).tokens())) {
        throw new IllegalArgumentException(
            "activations must be of the rollouts beside them, found other tokens in rollout " + line
                + ": capture the states again");
      }
    }
    this.store = store;
    this.rollouts = List.copyOf(rollouts);
    this.chosen = chosen.clone();
    this.hook = hook;
    this.position = position;
    this.width = store.width(hook);
    this.at = StoredPosition.COMPLETION.isAmong(store.positions())
        ? null
        : Arrays.stream(chosen).mapToObj(line -> behind(store, line, position.in(rollouts.get(line)).orElseThrow()))
            .toArray(int[][]::new);
  }

  private static boolean isOf(ActivationStore store, int line, int[] tokens) {
    int[] positions = store.positions(line);
    int[] stored = store.tokens(line);
    return (positions.length == tokens.length || !StoredPosition.EVERY.equals(store.positions()))
        && positions[positions.length - 1] < tokens.length
        && IntStream.range(0, stored.length).allMatch(row -> stored[row] == tokens[positions[row]]);
  }

  /// The stored positions from s₀ on.
  private static int[] behind(ActivationStore store, int line, int first) {
    int[] positions = store.positions(line);
    int from = Arrays.binarySearch(positions, first);
    if (from < 0) {
      throw new IllegalArgumentException("the store has no state at position " + first + " of rollout " + line
          + ": capture it too");
    }
    return Arrays.copyOfRange(positions, from, positions.length);
  }

  /// All rollouts of one dataset.
  ///
  /// @throws IllegalArgumentException as the constructor does
  public static StoredTrajectories ofDataset(ActivationStore store, List<Rollout> rollouts, String dataset,
      HookPoint hook) {
    return ofDataset(store, rollouts, dataset, hook, StatePosition.PROMPT_END);
  }

  /// All rollouts of one dataset that have a position, from there on.
  ///
  /// @throws IllegalArgumentException as the constructor does
  public static StoredTrajectories ofDataset(ActivationStore store, List<Rollout> rollouts, String dataset,
      HookPoint hook, StatePosition position) {
    int[] lines = IntStream.range(0, rollouts.size())
        .filter(line -> rollouts.get(line).problem().dataset().equals(dataset)
            && position.in(rollouts.get(line)).isPresent())
        .toArray();
    return new StoredTrajectories(store, rollouts, lines, hook, position);
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
    return at == null ? generated(i) + 1 : at[i].length;
  }

  @Override
  public int generated(int i) {
    return rollout(i).tokens().length - promptLength(i);
  }

  @Override
  public int state(int i, int t) {
    if (at == null) {
      return t;
    }
    int found = Arrays.binarySearch(at[i], promptLength(i) - 1 + t);
    if (found < 0) {
      throw new IllegalArgumentException("the store has no state at token " + t + " behind s₀ of rollout " + chosen[i]);
    }
    return found;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    int before = store.length(chosen[i]) - length(i);
    store.rows(hook, store.firstRow(chosen[i]) + before, length(i), into, offset);
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
    return position.in(rollout(i)).orElseThrow() + 1;
  }

  @Override
  public double logProbability(int i) {
    // of the tokens behind a thought alone it is not known
    return position == StatePosition.PROMPT_END ? rollout(i).logProbability() : Double.NaN;
  }

  @Override
  public StatePosition position() {
    return position;
  }

  @Override
  public Ending ending(int i) {
    return rollout(i).ending() == null ? Ending.UNKNOWN : rollout(i).ending();
  }

  /// The rollouts behind the trajectories, in their order.
  public List<Rollout> rollouts() {
    return Arrays.stream(chosen).mapToObj(rollouts::get).toList();
  }

  /// The rollout behind trajectory i.
  public Rollout rollout(int i) {
    return rollouts.get(chosen[i]);
  }
}
