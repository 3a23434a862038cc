package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class InitialStatesTest {
  @Property(tries = 50)
  void shufflingKeepsEachProblemsOutcomesTogether(@ForAll @IntRange(min = 1, max = 20) int problems,
      @ForAll @IntRange(min = 1, max = 5) int k, @ForAll long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int n = problems * k;
    // Rollouts of different problems lie mixed: item i belongs to problem i mod problems.
    String[] of = IntStream.range(0, n).mapToObj(i -> "p" + i % problems).toArray(String[]::new);
    boolean[] successes = new boolean[n];
    for (int i = 0; i < n; i++) {
      successes[i] = random.nextBoolean();
    }
    InitialStates states = new InitialStates(new float[n], 1, successes, of);
    assertThat(blocks(states.shuffled(random), problems)).containsExactlyInAnyOrderElementsOf(blocks(states, problems));
  }

  private static List<List<Boolean>> blocks(InitialStates states, int problems) {
    return IntStream.range(0, problems).mapToObj(p -> IntStream.range(0, states.size())
        .filter(i -> i % problems == p).mapToObj(i -> states.successes()[i]).toList()).toList();
  }

  @Test
  void shufflingMovesOutcomesToOtherProblems() {
    boolean[] successes = new boolean[12];
    successes[0] = true;
    InitialStates states = new InitialStates(new float[12], 1, successes,
        IntStream.range(0, 12).mapToObj(i -> "p" + i).toArray(String[]::new));
    RandomGenerator random = new SplittableRandom(41);
    Set<Integer> places = new HashSet<>();
    for (int draw = 0; draw < 200; draw++) {
      boolean[] shuffled = states.shuffled(random).successes();
      places.add(IntStream.range(0, 12).filter(i -> shuffled[i]).findFirst().orElseThrow());
    }
    assertThat(places).hasSize(12);
  }

  @Test
  void restrictsToColumns() {
    InitialStates states = new InitialStates(new float[]{1, 2, 3, 4, 5, 6}, 3, new boolean[]{true, false},
        new String[]{"a", "b"});
    assertThat(states.columns(new int[]{0, 2}).rows()).containsExactly(1, 3, 4, 6);
    assertThat(states.coordinate(1)).containsExactly(2, 5);
  }
}
