package org.striatum.probe.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.striatum.probe.store.StoredPosition.ALL;
import static org.striatum.probe.store.StoredPosition.COMPLETION;
import static org.striatum.probe.store.StoredPosition.LAST;
import static org.striatum.probe.store.StoredPosition.S0;
import static org.striatum.probe.store.StoredPosition.STEP_ENDS;
import static org.striatum.probe.store.StoredPosition.THINK_END;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;

/// Stores of some positions hold the rows of a store of all at those positions, bit by bit.
class StoredPositionTest {
  private static final long SEED = 20261130;
  private static final HookPoint HOOK = HookPoint.residPost(3);
  private static final int WIDTH = 2;

  @TempDir
  Path folder;

  private final List<Rollout> rollouts = new ArrayList<>();
  private final List<int[]> stepEnds = new ArrayList<>();

  private void draw(SplittableRandom random) {
    rollouts.clear();
    stepEnds.clear();
    int count = random.nextInt(1, 12);
    for (int i = 0; i < count; i++) {
      int prompt = random.nextInt(1, 6);
      int written = random.nextInt(0, 9);
      int[] tokens = random.ints(prompt + written, 0, 100).toArray();
      Integer thought = written > 0 && random.nextBoolean() ? prompt + random.nextInt(written) : null;
      rollouts.add(new Rollout(new Problem("p" + i, "add", "1+1=", "", "2"), 0, i, "", tokens, prompt, true, i % 2, -1,
          null, false, Ending.ENDED, thought));
      stepEnds.add(IntStream.rangeClosed(1, written).filter(t -> t == written || random.nextInt(3) == 0).toArray());
    }
  }

  /// Value of a row: which rollout and which position it is.
  private ActivationStore store(Path at, List<StoredPosition> positions, long shardBytes) throws IOException {
    int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
    StoreLayout.Rows rows = positions.equals(StoredPosition.EVERY)
        ? StoreLayout.Rows.all(lengths)
        : new StoreLayout.Rows(lengths, positions, IntStream.range(0, lengths.length)
            .mapToObj(i -> StoredPosition.of(positions, rollouts.get(i), stepEnds.get(i))).toArray(int[][]::new));
    try (ActivationWriter writer = new ActivationWriter(at,
        new StoreLayout(Map.of(HOOK, WIDTH), DType.F32, rows, shardBytes, 1000))) {
      for (int i = 0; i < lengths.length; i++) {
        float[] values = new float[lengths[i] * WIDTH];
        for (int t = 0; t < lengths[i]; t++) {
          values[t * WIDTH] = i;
          values[t * WIDTH + 1] = t;
        }
        writer.append(i, rollouts.get(i).tokens(),
            new Recording(new int[]{0, lengths[i]}, Map.of(HOOK, values), Map.of(HOOK, WIDTH)), 0);
      }
      writer.finish();
    }
    return ActivationStore.open(at);
  }

  @Test
  void rowsAreThoseOfThePositions() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int trial = 0; trial < 60; trial++) {
      String where = "seed %d, trial %d".formatted(SEED, trial);
      draw(random);
      EnumSet<StoredPosition> asked = EnumSet.of(random.nextBoolean() ? S0 : LAST);
      for (StoredPosition position : StoredPosition.values()) {
        if (position != ALL && random.nextInt(3) == 0) {
          asked.add(position);
        }
      }
      List<StoredPosition> positions = StoredPosition.settled(asked);
      try (ActivationStore store = store(folder.resolve("trial-" + trial), positions, random.nextLong(20, 400))) {
        store.verify();
        assertThat(store.positions()).as(where).isEqualTo(positions);
        assertThat(ActivationStore.positions(folder.resolve("trial-" + trial))).contains(positions);
        for (int i = 0; i < rollouts.size(); i++) {
          Rollout rollout = rollouts.get(i);
          TreeSet<Integer> expected = new TreeSet<>();
          int length = rollout.tokens().length;
          int s0 = rollout.promptLength() - 1;
          if (asked.contains(S0)) {
            expected.add(s0);
          }
          if (asked.contains(LAST)) {
            expected.add(length - 1);
          }
          if (asked.contains(THINK_END) && rollout.thinkEnd() != null) {
            expected.add(rollout.thinkEnd());
          }
          if (asked.contains(STEP_ENDS)) {
            IntStream.of(stepEnds.get(i)).forEach(end -> expected.add(s0 + end));
          }
          if (asked.contains(COMPLETION)) {
            IntStream.range(s0, length).forEach(expected::add);
          }
          int[] found = store.positions(i);
          assertThat(found).as(where).containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
          assertThat(StoredPosition.most(positions, rollout.promptLength(), length - rollout.promptLength())).as(where)
              .isGreaterThanOrEqualTo(found.length);
          assertThat(store.tokens(i)).as(where)
              .containsExactly(IntStream.of(found).map(t -> rollout.tokens()[t]).toArray());
          float[] rows = new float[found.length * WIDTH];
          store.rows(HOOK, store.firstRow(i), found.length, rows, 0);
          for (int row = 0; row < found.length; row++) {
            assertThat(rows[row * WIDTH]).as(where).isEqualTo(i);
            assertThat(rows[row * WIDTH + 1]).as(where).isEqualTo(found[row]);
          }
        }
      }
    }
  }

  @Test
  void completionsGiveTheTrajectoriesOfAllTokens() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int trial = 0; trial < 20; trial++) {
      draw(random);
      try (ActivationStore all = store(folder.resolve("all-" + trial), StoredPosition.EVERY, 200);
          ActivationStore some = store(folder.resolve("some-" + trial), List.of(COMPLETION), 200)) {
        for (StatePosition position : StatePosition.values()) {
          StoredTrajectories expected = StoredTrajectories.ofDataset(all, rollouts, "add", HOOK, position);
          StoredTrajectories found = StoredTrajectories.ofDataset(some, rollouts, "add", HOOK, position);
          assertThat(found.size()).isEqualTo(expected.size());
          for (int i = 0; i < found.size(); i++) {
            assertThat(found.length(i)).isEqualTo(expected.length(i));
            assertThat(found.promptLength(i)).isEqualTo(expected.promptLength(i));
            assertThat(states(found, i)).containsExactly(states(expected, i));
          }
        }
      }
    }
  }

  private static float[] states(StoredTrajectories of, int i) {
    float[] states = new float[of.length(i) * WIDTH];
    of.states(i, states, 0);
    return states;
  }

  @Test
  void trajectoriesOfSomePositionsKnowTheirTokens() throws IOException {
    rollouts
        .add(new Rollout(new Problem("p", "add", "1+1=", "", "2"), 0, 0, "", new int[]{5, 6, 7, 8, 9, 10}, 2, true, 1,
            -1));
    stepEnds.add(new int[]{2, 4});
    try (ActivationStore store = store(folder, List.of(S0, STEP_ENDS, LAST), 1000)) {
      StoredTrajectories found = StoredTrajectories.ofDataset(store, rollouts, "add", HOOK);
      assertThat(found.length(0)).isEqualTo(3);
      assertThat(found.generated(0)).as("tokens, not states").isEqualTo(4);
      assertThat(states(found, 0)).containsExactly(0, 1, 0, 3, 0, 5);
      assertThat(found.state(0, 0)).isZero();
      assertThat(found.state(0, 2)).isEqualTo(1);
      assertThat(found.state(0, 4)).isEqualTo(2);
      assertThatThrownBy(() -> found.state(0, 3)).isInstanceOf(IllegalArgumentException.class);
      rollouts.set(0,
          new Rollout(rollouts.getFirst().problem(), 0, 0, "", new int[]{5, 6, 7, 80, 9, 10}, 2, true, 1, -1));
      assertThatThrownBy(() -> StoredTrajectories.ofDataset(store, rollouts, "add", HOOK))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("other tokens");
    }
    rollouts.set(0, new Rollout(rollouts.getFirst().problem(), 0, 0, "", new int[]{5, 6, 7, 8, 9, 10}, 2, true, 1, -1));
    try (ActivationStore store = store(folder.resolve("last"), List.of(LAST), 1000)) {
      assertThatThrownBy(() -> StoredTrajectories.ofDataset(store, rollouts, "add", HOOK))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no state at position 1");
    }
  }

  @Test
  void whatIncludesOthersStandsForThem() {
    assertThat(StoredPosition.settled(List.of(LAST, S0, LAST))).containsExactly(S0, LAST);
    assertThat(StoredPosition.settled(List.of(STEP_ENDS, COMPLETION, S0))).containsExactly(COMPLETION);
    assertThat(StoredPosition.settled(List.of(STEP_ENDS, ALL))).containsExactly(ALL);
    assertThatThrownBy(() -> StoredPosition.settled(List.of(STEP_ENDS, THINK_END)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StoredPosition.settled(List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThat(LAST.isAmong(List.of(COMPLETION))).isTrue();
    assertThat(ALL.isAmong(List.of(COMPLETION))).isFalse();
    assertThat(COMPLETION.isAmong(List.of(S0, STEP_ENDS, LAST))).isFalse();
    assertThat(COMPLETION.isAmong(StoredPosition.EVERY)).isTrue();
  }

  @Test
  void anIndexOfAllPositionsNamesNone() throws IOException {
    draw(new SplittableRandom(SEED));
    store(folder, StoredPosition.EVERY, 1000).close();
    assertThat(Files.readString(folder.resolve("index.json"))).doesNotContain("positions");
    store(folder, List.of(S0, LAST), 1000).close();
    Path index = folder.resolve("index.json");
    String json = Files.readString(index);
    assertThat(json).contains("\"positions\" : [ \"s0\", \"last\" ]");
    Files.writeString(index, json.replace("\"last\"", "\"middle\""));
    assertThatThrownBy(() -> ActivationStore.open(folder)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("middle");
    assertThat(ActivationStore.positions(folder.resolve("none"))).isEqualTo(Optional.empty());
  }
}
