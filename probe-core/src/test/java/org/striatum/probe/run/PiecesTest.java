package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;

class PiecesTest {
  /// Has the pieces of one work, and no others.
  private record Only(String here, List<String> asked) implements Pieces {
    @Override
    public int left(Work<?> work) {
      return work.name().equals(here) ? 0 : work.count();
    }

    @Override
    public <R> List<R> all(Work<R> work, Consumer<List<R>> computed) {
      asked.add(work.name());
      if (!work.name().equals(here)) {
        throw new PendingPieces(work.name());
      }
      return HERE.all(work, computed);
    }

    @Override
    public void apart(Runnable part) {
      try {
        part.run();
      } catch (PendingPieces _) {
        // as others do
      }
    }
  }

  private static Work<Integer> squares(String name) {
    return Work.of(name, Integer.class, 3, i -> i * i);
  }

  @Test
  void partsAreAllAskedAndTheMissingOnesSayThatTheyArePending() {
    Only pieces = new Only("second", new ArrayList<>());
    Part<List<Integer>> first = pieces.part(() -> pieces.all(squares("first")));
    Part<List<Integer>> second = pieces.part(() -> pieces.all(squares("second")));
    Part<Object> nothing = pieces.part(() -> null);
    assertThat(pieces.asked).containsExactly("first", "second");
    assertThatExceptionOfType(PendingPieces.class).isThrownBy(first::get);
    assertThat(second.get()).containsExactly(0, 1, 4);
    assertThat(nothing.get()).isNull();
    assertThat(Pieces.HERE.part(() -> 7).get()).isEqualTo(7);
  }

  /// What a part refuses is no pending piece.
  @Test
  void aPartThatFailsFails() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Only("", new ArrayList<>()).part(() -> {
      throw new IllegalArgumentException("refused");
    }));
  }

  @Test
  void smallPiecesAreComputedInBlocks() {
    for (int count : new int[]{0, 1, 7, 1000}) {
      for (double operations : new double[]{0, 1, 1e6, 3e7, 1e8, 1e12, Double.POSITIVE_INFINITY}) {
        Work<Integer> work = Work.of("squares", Integer.class, count, operations, i -> i * i);
        assertThat(work.batches().stream().flatMap(List::stream).toList())
            .isEqualTo(IntStream.range(0, count).boxed().toList());
        assertThat(Pieces.HERE.all(work)).isEqualTo(IntStream.range(0, count).mapToObj(i -> i * i).toList());
      }
    }
    assertThat(Work.of("dear", Integer.class, 5, 1e9, i -> i).batches()).hasSize(5);
    assertThat(Work.of("cheap", Integer.class, 5, 1e3, i -> i).batches()).hasSize(1);
    assertThat(Work.of("between", Integer.class, 10, 4e7, i -> i).batches()).hasSize(4);
  }

  /// A task begins with what is not left, and its pieces step it.
  @Test
  void piecesStepTheTaskThatBeginsWithWhatIsKept() {
    for (String here : List.of("squares", "nothing")) {
      List<Long> told = new ArrayList<>();
      Progress progress = (name, total, unit) -> {
        assertThat(List.of(name, total, unit)).containsExactly("title", 3L, "square");
        return told::add;
      };
      Pieces pieces = new Pieces() {
        @Override
        public int left(Work<?> work) {
          return work.name().equals(here) ? 1 : work.count();
        }

        @Override
        public <R> List<R> all(Work<R> work, Consumer<List<R>> computed) {
          return HERE.all(work, computed);
        }

        @Override
        public void apart(Runnable part) {
          part.run();
        }
      };
      assertThat(pieces.all(progress, "title", "square", task -> Work.of("squares", Integer.class, 3, i -> {
        task.step(10 + i);
        return i * i;
      }))).containsExactly(0, 1, 4);
      assertThat(told).isEqualTo(here.equals("squares") ? List.of(2L, 10L, 11L, 12L) : List.of(10L, 11L, 12L));
    }
  }
}
