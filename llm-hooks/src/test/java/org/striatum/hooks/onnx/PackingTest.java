package org.striatum.hooks.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;

class PackingTest {
  @Test
  void theRolloutsOfAPromptComputeItOnce() {
    Packing packing = Packing.of(List.of(new TokenSequence(new int[]{7, 8, 9, 1}, 3),
        new TokenSequence(new int[]{7, 8, 9, 2, 3}, 3), new TokenSequence(new int[]{7, 8, 9, 2, 4, 5}, 3)));
    assertThat(packing.tokens()).containsExactly(7, 8, 9, 1, 2, 3, 4, 5);
    assertThat(packing.positions()).containsExactly(0, 1, 2, 3, 3, 4, 4, 5);
    assertThat(packing.rowsOf(2)).containsExactly(0, 1, 2, 4, 6, 7);
    assertThat(packing.lastPositions()).containsExactly(3, 4, 5);
  }

  @Test
  void whatAGateTellsApartIsNotShared() {
    Packing packing = Packing
        .of(List.of(new TokenSequence(new int[]{7, 8, 9}, 1), new TokenSequence(new int[]{7, 8, 9}, 3)));
    assertThat(packing.rowsOf(0)).containsExactly(0, 1, 2);
    assertThat(packing.rowsOf(1)).containsExactly(0, 3, 4);
    Gate generated = Gate.zeroing(1, List.of(0)).at(PositionMask.GENERATED);
    assertThat(packing.gated(generated).mask()).containsExactly(false, true, true, false, false);
  }

  @Property
  void everyPositionLiesInTheRowOfItsBeginning(@ForAll("sequences") List<TokenSequence> sequences) {
    Packing packing = Packing.of(sequences);
    Set<List<Object>> beginnings = new HashSet<>();
    long[] tokens = packing.tokens();
    long[] positions = packing.positions();
    int[] rowAt = packing.rowAt();
    int longest = rowAt.length / packing.sequences();
    for (int b = 0; b < sequences.size(); b++) {
      TokenSequence sequence = sequences.get(b);
      for (int t = 0; t < sequence.length(); t++) {
        int row = packing.rowsOf(b)[t];
        assertThat(tokens[row]).isEqualTo(sequence.tokens()[t]);
        assertThat(positions[row]).isEqualTo(t);
        assertThat(rowAt[b * longest + t]).isEqualTo(row);
        beginnings.add(beginning(sequence, t));
        for (PositionMask mask : PositionMask.values()) {
          assertThat(packing.gated(Gate.identity(1).at(mask)).mask()[row])
              .isEqualTo(mask.selects(t, sequence.promptLength()));
        }
      }
    }
    assertThat(packing.rows()).isEqualTo(beginnings.size());
    int[] placeOf = packing.placeOf();
    for (int row = 0; row < packing.rows(); row++) {
      assertThat(rowAt[placeOf[row]]).isEqualTo(row);
    }
  }

  private static List<Object> beginning(TokenSequence sequence, int t) {
    List<Object> beginning = new ArrayList<>();
    for (int i = 0; i <= t; i++) {
      beginning.add(sequence.tokens()[i]);
      for (PositionMask mask : PositionMask.values()) {
        beginning.add(mask.selects(i, sequence.promptLength()));
      }
    }
    return beginning;
  }

  @Property
  void runsHoldEverySequenceOnceWithinTheirBounds(@ForAll("sequences") List<TokenSequence> sequences,
      @ForAll @IntRange(min = 1, max = 40) int mostRows, @ForAll @IntRange(min = 1, max = 200) int mostScores) {
    List<Packing> runs = Packing.plan(sequences, mostRows, mostScores);
    List<Integer> members = new ArrayList<>();
    for (Packing run : runs) {
      int longest = run.rowAt().length / run.sequences();
      assertThat(run.sequences() == 1
          || (run.rows() <= mostRows && run.sequences() * longest * longest <= mostScores)).isTrue();
      for (int b = 0; b < run.sequences(); b++) {
        members.add(run.member(b));
        assertThat(Arrays.stream(run.rowsOf(b)).mapToLong(row -> run.tokens()[row]).toArray())
            .isEqualTo(Arrays.stream(sequences.get(run.member(b)).tokens()).asLongStream().toArray());
      }
    }
    assertThat(members).doesNotHaveDuplicates().hasSameSizeAs(sequences);
  }

  /// Few tokens, so that many sequences begin alike.
  @Provide
  static Arbitrary<List<TokenSequence>> sequences() {
    Arbitrary<int[]> tokens = Arbitraries.integers().between(0, 1).array(int[].class).ofMinSize(1).ofMaxSize(8);
    return Combinators.combine(tokens, Arbitraries.integers().between(0, 7))
        .as((drawn, prompt) -> new TokenSequence(drawn, 1 + prompt % drawn.length)).list().ofMinSize(1).ofMaxSize(12);
  }
}
