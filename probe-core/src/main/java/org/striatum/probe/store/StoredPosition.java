package org.striatum.probe.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.Printed;

/// Positions of rollouts whose hidden states are stored.
public enum StoredPosition implements Printed {
  /// Every token.
  ALL("all"),
  /// The last token of the prompt and every one behind it.
  COMPLETION("completion"),
  /// The last token of the prompt.
  S0("s0"),
  /// The token in which the closing marker of the thought ends; a rollout may have none.
  THINK_END("think-end"),
  /// The last token of each step, a step being what ends with a newline; a rollout may have none.
  STEP_ENDS("step-ends"),
  /// The last token.
  LAST("last");

  /// Every token, as stores have it unless they are told otherwise.
  public static final List<StoredPosition> EVERY = List.of(ALL);

  private final String printed;

  StoredPosition(String printed) {
    this.printed = printed;
  }

  /// The position of a printed name.
  ///
  /// @throws IllegalArgumentException if there is none, listing the names
  @JsonCreator
  public static StoredPosition named(String name) {
    return Printed.named(StoredPosition.class, "a stored position", name);
  }

  /// The same positions in one order, and none that another one includes.
  ///
  /// @throws IllegalArgumentException if a rollout may have none of them
  public static List<StoredPosition> settled(Collection<StoredPosition> positions) {
    List<StoredPosition> settled = positions.contains(ALL)
        ? EVERY
        : positions.stream().distinct().sorted()
            .filter(one -> one == COMPLETION || !positions.contains(COMPLETION)).toList();
    if (settled.stream().allMatch(one -> one == THINK_END || one == STEP_ENDS)) {
      throw new IllegalArgumentException("a rollout may have no " + printed(positions.isEmpty() ? EVERY : settled)
          + ": store " + S0.printed + " or " + LAST.printed + " too");
    }
    return settled;
  }

  /// As they are printed and given, with commas between them.
  public static String printed(List<StoredPosition> positions) {
    return positions.stream().map(StoredPosition::printed).collect(Collectors.joining(","));
  }

  /// Whether a store of some positions has this one.
  public boolean isAmong(List<StoredPosition> stored) {
    return stored.contains(this) || stored.contains(ALL) || (this != ALL && stored.contains(COMPLETION));
  }

  /// Whether steps decide about some of the positions.
  public static boolean needSteps(List<StoredPosition> positions) {
    return positions.contains(STEP_ENDS);
  }

  /// The tokens of a rollout at some of the positions, rising.
  ///
  /// @param stepEnds tokens behind the prompt with which each of its steps ends, from 1; any where none of the positions needs them
  public static int[] of(List<StoredPosition> positions, Rollout rollout, int[] stepEnds) {
    int length = rollout.tokens().length;
    int first = rollout.promptLength() - 1;
    TreeSet<Integer> found = new TreeSet<>();
    for (StoredPosition position : positions) {
      switch (position) {
        case ALL -> IntStream.range(0, length).forEach(found::add);
        case COMPLETION -> IntStream.range(first, length).forEach(found::add);
        case S0 -> found.add(first);
        case THINK_END -> StatePosition.THINK_END.in(rollout).ifPresent(found::add);
        case STEP_ENDS -> IntStream.of(stepEnds).forEach(end -> found.add(first + end));
        case LAST -> found.add(length - 1);
      }
    }
    return found.stream().mapToInt(Integer::intValue).toArray();
  }

  /// How many tokens of a rollout some of the positions are at most.
  ///
  /// @param prompt its tokens
  /// @param written tokens behind it
  public static long most(List<StoredPosition> positions, long prompt, long written) {
    if (positions.contains(ALL)) {
      return prompt + written;
    }
    return positions.contains(COMPLETION) || positions.contains(STEP_ENDS)
        ? 1 + written
        : Math.min(positions.size(), 1 + written);
  }

  @Override
  public String printed() {
    return printed;
  }
}
