package org.striatum.peft.adapter;

import java.util.Arrays;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.stats.Ranks;

/// Trains adapters by gradient, on the CPU. One at a time a process: the engine keeps one gradient tape.
///
/// The seed decides where training starts and the order of examples, so equal seeds give equal adapters, bit for bit, on
/// one machine with one number of threads.
public final class Trainer {
  private Trainer() {}

  /// What training gave.
  ///
  /// @param losses before each step
  /// @param diverged whether a loss or a value was no finite number: training stopped, and the adapter is as it was at most
  ///     ten updates before, its loss finite
  public record Outcome(TrainedAdapter adapter, double[] losses, boolean diverged) {}

  /// Trains an adapter over a network that stays as it is.
  ///
  /// @param examples to learn from
  /// @param data what they are, in words, for the adapter's provenance
  /// @throws IllegalArgumentException if the examples do not fit the network, there is nothing to train, or λ or a hard
  ///     gate does not fit the adapter
  public static Outcome train(Mlp base, Adapter adapter, Examples examples, AdapterTraining training, long seed,
      String data) {
    return train(base, base.sha256(), adapter, examples, training, seed, data);
  }

  /// Trains a network from its random start: full fine-tuning, merged.
  ///
  /// @throws IllegalArgumentException if the examples do not fit it
  /// @throws UsageException if the loss does not stay finite: the learning rate is too high for these examples
  public static Mlp foundation(int[] widths, Examples examples, AdapterTraining training, long seed) {
    Mlp start = Mlp.random(widths, new SplittableRandom(seed));
    Outcome outcome = train(start, new FullFineTuning(), examples, training, seed, "foundation");
    if (outcome.diverged()) {
      throw new UsageException("the foundation's loss must stay finite, found it diverged after "
          + outcome.adapter().provenance().stepsDone() + " steps at learning rate " + training.learningRate()
          + ": take a lower one");
    }
    return outcome.adapter().mergedInto(start);
  }

  private static Outcome train(Mlp base, Sha256 hash, Adapter adapter, Examples examples, AdapterTraining training,
      long seed,
      String data) {
    requireTrainable(base, adapter, training);
    RandomGenerator random = new SplittableRandom(seed);
    SequencedMap<String, float[]> initial = Parameters.initial(adapter, base, random);
    Batches batches = new Batches(examples.size(), training.batch(), random);
    double[] losses = new double[training.steps()];
    try (AdapterLearner learner = new AdapterLearner(base, adapter, initial, training, examples)) {
      boolean diverged = false;
      int step = 0;
      while (step < training.steps() && !diverged) {
        losses[step] = learner.step(batches.next());
        diverged = !Double.isFinite(losses[step]);
        step++;
        Heartbeat.beat();
      }
      SequencedMap<String, float[]> values = learner.values();
      diverged |= !finite(values);
      Provenance provenance = new Provenance(data, examples.size(), seed, training,
          diverged ? learner.updatesToLastGood() : step);
      return new Outcome(new TrainedAdapter(adapter, hash, base.widths(), diverged ? learner.lastGood() : values,
          provenance), Arrays.copyOf(losses, step), diverged);
    }
  }

  private static void requireTrainable(Mlp base, Adapter adapter, AdapterTraining training) {
    if (adapter.parameters(base.widths()).isEmpty()) {
      throw new IllegalArgumentException("there must be something to train, found " + adapter.name() + " over widths "
          + Arrays.toString(base.widths()));
    }
    if (training.sparsity() > 0 && !(adapter instanceof TauGate)) {
      throw new IllegalArgumentException(
          "λ asks a gate to close and must be 0 without one, found " + training.sparsity() + " for " + adapter.name());
    }
    if (adapter instanceof TauGate gate && gate.isHard()) {
      throw new IllegalArgumentException("a hard gate has no slope in its thresholds: train it soft, then harden it");
    }
  }

  private static boolean finite(SequencedMap<String, float[]> values) {
    return values.values().stream().allMatch(array -> {
      for (float value : array) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
      return true;
    });
  }

  /// Examples in random order, pass after pass; those at the end of a pass that fill no batch are left out of it.
  private static final class Batches {
    private final int[] order;
    private final int batch;
    private final RandomGenerator random;
    private int from;

    Batches(int examples, int batch, RandomGenerator random) {
      this.order = IntStream.range(0, examples).toArray();
      this.batch = Math.min(batch, examples);
      this.random = random;
      this.from = examples; // the first pass is yet to be shuffled
    }

    long[] next() {
      if (from + batch > order.length) {
        Ranks.shuffle(order, random);
        from = 0;
      }
      from += batch;
      return Arrays.stream(order, from - batch, from).asLongStream().toArray();
    }
  }
}
