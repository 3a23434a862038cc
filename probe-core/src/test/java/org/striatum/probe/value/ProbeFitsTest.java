package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Sorting;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;

class ProbeFitsTest {
  private static final Optimiser OPTIMISER = new Optimiser(1e-3, 1, 4);

  /// Every piece goes through its bytes.
  private static final Pieces WRITTEN = new Pieces() {
    @Override
    public int left(Work<?> work) {
      return work.count();
    }

    @Override
    public <R> List<R> all(Work<R> work, Consumer<List<R>> computed) {
      return HERE.all(work, computed).stream().map(piece -> {
        try {
          return RecordJson.parse(RecordJson.compact(piece), work.type(), work.name());
        } catch (BadDataException e) {
          throw new AssertionError(e);
        }
      }).toList();
    }

    @Override
    public void apart(Runnable part) {
      part.run();
    }
  };

  private static SingleStates states(int count, int width, RandomGenerator random) {
    float[] rows = new float[count * width];
    double[] targets = new double[count];
    for (int i = 0; i < count; i++) {
      targets[i] = i % 2;
      for (int j = 0; j < width - 1; j++) { // the last coordinate never moves
        rows[i * width + j] = (float) random.nextGaussian();
      }
    }
    return new SingleStates(rows, targets, width);
  }

  private static List<ProbeJob> jobs(int count, int width, int hidden, Sorting sorting) {
    return IntStream.range(0, count)
        .mapToObj(k -> new ProbeJob(states(12 + k, width, new SplittableRandom(k)),
            states(6, width, new SplittableRandom(-k)), new ValueProbeTraining(Target.MONTE_CARLO, hidden, OPTIMISER,
                new Stopping(3, 1, sorting), Returns.of(1), true),
            new SplittableRandom(100 + k)))
        .toList();
  }

  /// @param each pieces a probe
  private static void same(int count, int width, int hidden, Sorting sorting, int each) {
    int[] told = new int[1];
    List<ValueProbeFit> alone = new ArrayList<>();
    jobs(count, width, hidden, sorting).forEach(job -> alone.add(ProbeTrainings.one(job)));
    Progress.Task task = units -> told[0] += (int) units;
    ProbeFits fits = ProbeFits.train("fits", jobs(count, width, hidden, sorting), WRITTEN, task);
    assertThat(told[0]).isEqualTo(count);
    assertThat(fits.each()).isEqualTo(each);
    assertThat(fits.parts()).hasSize(count * each);
    for (int k = 0; k < count; k++) {
      ValueProbeFit fit = fits.get(k);
      assertThat(fit.validationErrors()).isEqualTo(alone.get(k).validationErrors());
      assertThat(fit.best()).isEqualTo(alone.get(k).best());
      assertThat(fit.diverged()).isEqualTo(alone.get(k).diverged());
      assertThat(fit.sorted()).isEqualTo(alone.get(k).sorted());
      same(fit.probe(), alone.get(k).probe());
      same(fit.ranking(), alone.get(k).ranking());
    }
  }

  private static void same(ValueProbe probe, ValueProbe other) {
    assertThat(probe.w1()).isEqualTo(other.w1());
    assertThat(probe.b1()).isEqualTo(other.b1());
    assertThat(probe.w2()).isEqualTo(other.w2());
    assertThat(probe.b2()).isEqualTo(other.b2());
    assertThat(probe.scale().means()).isEqualTo(other.scale().means());
    assertThat(probe.scale().deviations()).isEqualTo(other.scale().deviations());
  }

  /// More of them than are trained side by side.
  @Test
  void aProbeIsWhatWasTrainedBitForBit() {
    same(ProbeFits.TOGETHER + 3, 5, 4, Sorting.fixed(2, new Optimiser(1e-2, 1, 4)), 1);
    same(3, 5, 4, Sorting.NONE, 1);
  }

  @Test
  void aLargeProbeTakesSeveralPieces() {
    same(2, 2100, 1024, Sorting.NONE, 3);
  }

  @Test
  void noneAreNone() {
    assertThat(ProbeFits.train("fits", List.of(), WRITTEN, Progress.Task.SILENT).parts()).isEmpty();
  }
}
