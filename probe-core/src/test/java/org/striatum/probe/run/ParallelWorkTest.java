package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ParallelWorkTest {
  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Property(tries = 50)
  void resultsComeInTheOrderOfThePieces(@ForAll @IntRange(max = 700) int count,
      @ForAll @IntRange(min = 1, max = 5) int threads)
      throws Exception {
    List<Integer> squares = new ArrayList<>();
    ParallelWork.inOrder(numbers(count), threads, piece -> piece * piece, squares::add);
    assertThat(squares).isEqualTo(numbers(count).stream().map(piece -> piece * piece).toList());
    AtomicInteger told = new AtomicInteger();
    assertThat(ParallelWork.all(numbers(count), threads, piece -> piece * piece, told::incrementAndGet))
        .isEqualTo(squares);
    assertThat(told).hasValue(count);
  }

  @Test
  void piecesAreDoneAtOnce() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    assertThat(ParallelWork.all(numbers(2), 2, piece -> {
      both.countDown();
      try {
        both.await(); // for ever, if the second waits for the first
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return piece;
    }, () -> {})).containsExactly(0, 1);
  }

  @Test
  void fewResultsAreHeld() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger taken = new AtomicInteger();
    ParallelWork.inOrder(numbers(5000), 2, piece -> begun.incrementAndGet(), _ -> {
      assertThat(begun.get() - taken.get()).isLessThanOrEqualTo(2 * 64 + 2);
      taken.incrementAndGet();
    });
    assertThat(taken).hasValue(5000);
  }

  @Test
  void theFirstFailureIsThrownAndNothingBegunBehindIt() {
    AtomicInteger begun = new AtomicInteger();
    List<Integer> taken = new ArrayList<>();
    assertThatExceptionOfType(BadDataException.class)
        .isThrownBy(() -> ParallelWork.inOrder(numbers(100_000), 3, piece -> {
          begun.incrementAndGet();
          if (piece == 7 || piece == 8) {
            throw new BadDataException("piece " + piece);
          }
          return piece;
        }, taken::add)).withMessage("piece 7");
    assertThat(taken).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(begun).hasValueLessThan(1000);
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> ParallelWork.inOrder(numbers(10), 3, piece -> piece, _ -> {
          throw new IllegalStateException("the taker");
        })).withMessage("the taker");
  }

  @Test
  void beatsOfOtherThreadsAreHeard() throws Exception {
    AtomicInteger heard = new AtomicInteger();
    CountDownLatch listened = new CountDownLatch(1);
    Heartbeat.heardBy(() -> {
      heard.incrementAndGet();
      listened.countDown();
    }, () -> ParallelWork.all(numbers(1), 1, piece -> {
      Heartbeat.beat();
      try {
        listened.await(); // the piece lives until it was heard
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return piece;
    }, () -> {}));
    assertThat(heard).hasPositiveValue();
  }
}
