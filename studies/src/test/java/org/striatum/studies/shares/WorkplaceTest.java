package org.striatum.studies.shares;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.shares.Workplace.Finder;
import org.striatum.studies.shares.Workplace.Job;

/// What is dealt and what is not, without a study.
class WorkplaceTest {
  private static final double SECOND = 1e9;

  @TempDir
  private Path folder;

  /// Rounds, each with how many pieces its shares have.
  private final List<List<Integer>> dealt = new ArrayList<>();
  private int finds;

  private Job job() {
    return new Job("step", folder.resolve("run"), folder.resolve("run/step.partial"),
        Sha256.of("key".getBytes(StandardCharsets.UTF_8)), _ -> {});
  }

  private ShareEngine engine(Duration worth, int shares, Finder<?> finder) {
    return new ShareEngine() {
      @Override
      public int shares() {
        return shares;
      }

      @Override
      public Duration worth() {
        return worth;
      }

      @Override
      public void compute(String step, List<Path> folders) throws IOException {
        List<Integer> sizes = new ArrayList<>();
        for (Path one : folders) {
          OwnShare share = OwnShare.in(one);
          sizes.add(share.dealt().count());
          Workplace.of(share).compute(job(), finder);
          assertThat(share.isComputed()).isTrue();
        }
        dealt.add(sizes);
      }
    };
  }

  private <R> R run(Duration worth, Finder<R> finder) throws IOException {
    Files.createDirectories(folder.resolve("run"));
    return Workplace.of(engine(worth, 3, finder)).run(job(), pieces -> {
      finds++;
      return finder.find(pieces);
    });
  }

  private static Work<Integer> counted(String name, int count, double seconds) {
    return Work.of(name, Integer.class, count, seconds * SECOND, i -> i);
  }

  private static Work<Integer> uncounted(String name, int count) {
    return Work.of(name, Integer.class, count, i -> i);
  }

  private static int sum(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).sum();
  }

  /// A chain of small rounds behind a large one, as of planted codes.
  private static int chain(Pieces pieces) {
    int sum = sum(pieces.all(counted("large", 30, 1)));
    for (int i = 0; i < 5; i++) {
      sum += sum(pieces.all(counted("small " + i, 3, 0.5)));
    }
    return sum;
  }

  @Test
  void smallRoundsAreNotDealt() throws IOException {
    int expected = chain(Pieces.HERE);
    assertThat(run(Duration.ofSeconds(10), WorkplaceTest::chain)).isEqualTo(expected);
    assertThat(dealt).containsExactly(List.of(10, 10, 10));
    assertThat(finds).isEqualTo(3); // which deals the large one, asks for the first small one, computes them all
  }

  @Test
  void whereNothingIsSmallEveryRoundIsDealt() throws IOException {
    assertThat(run(Duration.ZERO, WorkplaceTest::chain)).isEqualTo(chain(Pieces.HERE));
    assertThat(dealt).hasSize(6);
  }

  /// A round is small as a whole: what nobody has counted is dealt, and all that is asked for beside it.
  @Test
  void whatIsNotCountedIsDealt() throws IOException {
    Finder<Integer> both = pieces -> {
      Pieces.Part<Integer> small = pieces.part(() -> sum(pieces.all(counted("small", 3, 0.5))));
      Pieces.Part<Integer> unknown = pieces.part(() -> sum(pieces.all(uncounted("unknown", 1))));
      return small.get() + unknown.get();
    };
    assertThat(run(Duration.ofSeconds(10), both)).isEqualTo(3);
    assertThat(dealt).containsExactly(List.of(2, 1, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 11, 100})
  void aSmallRoundTakesNoMoreThanItsLimit(int count) {
    AtomicLong clock = new AtomicLong();
    SmallRound round = new SmallRound(Duration.ofSeconds(10), clock::get);
    Work<Integer> work = counted("work", count, 1);
    assertThat(work.batches().stream().filter(batch -> round.takes(work, batch)).count())
        .isEqualTo(Math.min(count, 10));
    assertThat(round.takes(uncounted("unknown", 1), List.of(0))).isFalse();
  }

  /// On a machine that is ten times slower than was counted.
  @Test
  void whatTakesLongerThanWasCountedIsDealtAfterAll() {
    AtomicLong clock = new AtomicLong(7);
    SmallRound round = new SmallRound(Duration.ofSeconds(10), clock::get);
    Work<Integer> work = counted("work", 9, 1);
    int taken = 0;
    for (List<Integer> batch : work.batches()) {
      if (round.takes(work, batch)) {
        taken++;
        clock.addAndGet(Duration.ofSeconds(10).toNanos());
      }
    }
    assertThat(taken).isEqualTo(3);
  }

  private static Work<Integer> refusing(List<Integer> refused) {
    return Work.of("work", Integer.class, 7, i -> {
      NotEnoughData.require("piece " + i, "rows", refused.contains(i) ? 0 : 1, 1);
      return i;
    });
  }

  /// What a study sees of a piece that has too little data, it sees wherever the piece was computed.
  @ParameterizedTest
  @ValueSource(strings = {"0", "6", "2,5", "0,1,2,3,4,5,6"})
  void tooLittleDataForAPieceIsWhatTheStudyIsTold(String which) throws IOException {
    List<Integer> refused = Stream.of(which.split(",", -1)).map(Integer::valueOf).toList();
    Finder<String> told = pieces -> {
      String note;
      try {
        note = "sum " + sum(pieces.all(refusing(refused)));
      } catch (NotEnoughData little) {
        note = little.getMessage();
      }
      return note + ", " + sum(pieces.all(uncounted("behind", 4)));
    };
    String expected = told.find(Pieces.HERE);
    assertThat(run(Duration.ofSeconds(10), told)).isEqualTo(expected).startsWith("piece " + refused.getFirst());
    assertThat(dealt).containsExactly(List.of(3, 2, 2), List.of(2, 1, 1));
  }

  /// One that no study takes as a result ends it, as it would in one process.
  @Test
  void tooLittleDataThatNobodyExpectsEndsTheStudy() {
    assertThatExceptionOfType(NotEnoughData.class).isThrownBy(
        () -> run(Duration.ofSeconds(10), pieces -> sum(pieces.all(refusing(List.of(3))))))
        .satisfies(little -> assertThat(little.purpose()).isEqualTo("piece 3"));
    assertThat(dealt).hasSize(1);
  }
}
