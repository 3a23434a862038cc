package org.striatum.hooks.engine;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.striatum.probe.model.Sampling;

/// Draws the tokens of one rollout with a generator of its own.
///
/// The order of the filters is the reference implementation's: temperature, top-k, top-p. Not thread-safe.
final class Sampler {
  private static final RandomGeneratorFactory<RandomGenerator> GENERATOR = RandomGeneratorFactory
      .of("L64X128MixRandom");

  private final Sampling sampling;
  private final RandomGenerator random;
  private double logProbability;

  /// A generator of its own, seeded by `seed`.
  Sampler(Sampling sampling, long seed) {
    this.sampling = sampling;
    this.random = GENERATOR.create(seed);
  }

  /// Σ log p of the tokens drawn so far under the untempered model, in nats.
  double logProbability() {
    return logProbability;
  }

  /// Draws a token.
  ///
  /// @param logits holds a row of `vocabulary` logits from `offset` on
  int draw(float[] logits, int offset, int vocabulary) {
    int token = sampling.temperature() == 0 ? greatest(logits, offset, vocabulary) : sample(logits, offset, vocabulary);
    logProbability += logits[offset + token] - logSumExp(logits, offset, vocabulary);
    return token;
  }

  private static int greatest(float[] logits, int offset, int vocabulary) {
    int best = 0;
    for (int i = 1; i < vocabulary; i++) {
      if (logits[offset + i] > logits[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  private int sample(float[] logits, int offset, int vocabulary) {
    double[] mass = new double[vocabulary]; // unnormalised probabilities, 0 where filtered out
    double top = logits[offset + greatest(logits, offset, vocabulary)];
    for (int i = 0; i < vocabulary; i++) {
      mass[i] = Math.exp((logits[offset + i] - top) / sampling.temperature());
    }
    if ((sampling.topK() > 0 && sampling.topK() < vocabulary) || sampling.topP() < 1) {
      filter(mass);
    }
    double left = random.nextDouble() * Arrays.stream(mass).sum();
    int last = 0;
    for (int i = 0; i < vocabulary; i++) {
      if (mass[i] > 0) {
        last = i;
        left -= mass[i];
        if (left < 0) {
          return i;
        }
      }
    }
    return last; // rounding left a sliver behind the last token
  }

  /// Keeps the k likeliest tokens, then the fewest of those that hold top-p of what is left.
  private void filter(double[] mass) {
    Integer[] order = new Integer[mass.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(mass[b], mass[a])); // stable: ties by token id
    int kept = sampling.topK() > 0 ? Math.min(sampling.topK(), mass.length) : mass.length;
    double total = 0;
    for (int i = 0; i < kept; i++) {
      total += mass[order[i]];
    }
    double before = 0;
    for (int i = 0; i < mass.length; i++) {
      boolean inside = i < kept && (i == 0 || before < sampling.topP() * total);
      before += mass[order[i]];
      if (!inside) {
        mass[order[i]] = 0;
      }
    }
  }

  private static double logSumExp(float[] logits, int offset, int vocabulary) {
    double top = logits[offset + greatest(logits, offset, vocabulary)];
    double sum = 0;
    for (int i = 0; i < vocabulary; i++) {
      sum += Math.exp(logits[offset + i] - top);
    }
    return top + Math.log(sum);
  }
}
