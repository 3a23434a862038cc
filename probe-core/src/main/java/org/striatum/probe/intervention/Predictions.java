package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.InterventionResults.Prediction;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;

/// How one arm predicts the continuations of given items, from its logits.
///
/// @param logProbability Σ log p of each item's continuation, in nats: (items)
/// @param divergence Σ KL(base ‖ arm) over the places that predict it, in nats: (items)
/// @param tokens how many there are: (items)
record Predictions(double[] logProbability, double[] divergence, int[] tokens) {
  /// Logits held at once for one arm, unless a single item has more: 16 MiB.
  private static final long VALUES_AT_ONCE = 4L << 20;

  /// Runs the items whole under each arm's gates. Base is the open gate on the same graph. Logits are kept for some items
  /// of two arms at a time.
  ///
  /// @param hooks where the arms' gates stand
  static List<Predictions> of(GatedModel model, List<TokenSequence> items, Set<HookPoint> hooks, List<Gates> arms) {
    int[] tokens = items.stream().mapToInt(item -> item.length() - item.promptLength()).toArray();
    List<Predictions> all = arms.stream()
        .map(_ -> new Predictions(new double[items.size()], new double[items.size()], tokens)).toList();
    int start = 0;
    while (!arms.isEmpty() && start < items.size()) {
      int end = start;
      long values = 0;
      do {
        values += (long) items.get(end++).length() * model.vocabulary();
      } while (end < items.size() && values + (long) items.get(end).length() * model.vocabulary() <= VALUES_AT_ONCE);
      List<TokenSequence> chunk = items.subList(start, end);
      Recording base = logits(model, chunk, Gates.none().over(hooks, model::width));
      for (int a = 0; a < arms.size(); a++) {
        all.get(a).add(chunk, start, base, logits(model, chunk, arms.get(a).over(hooks, model::width)),
            model.vocabulary());
      }
      start = end;
    }
    return all;
  }

  private static Recording logits(GatedModel model, List<TokenSequence> chunk, Gates gates) {
    return model.record(chunk, Set.of(HookPoint.LOGITS), gates);
  }

  private void add(List<TokenSequence> chunk, int firstItem, Recording base, Recording arm, int vocabulary) {
    for (int i = 0; i < chunk.size(); i++) {
      TokenSequence item = chunk.get(i);
      for (int t = item.promptLength(); t < item.length(); t++) {
        int row = Math.multiplyExact(base.rowOf()[i] + t - 1, vocabulary);
        double[] p = logSoftmax(base.at(HookPoint.LOGITS), row, vocabulary);
        double[] q = logSoftmax(arm.at(HookPoint.LOGITS), row, vocabulary);
        logProbability[firstItem + i] += q[item.tokens()[t]];
        divergence[firstItem + i] += IntStream.range(0, vocabulary).mapToDouble(v -> Math.exp(p[v]) * (p[v] - q[v]))
            .sum();
      }
    }
  }

  private static double[] logSoftmax(float[] logits, int offset, int vocabulary) {
    double top = Double.NEGATIVE_INFINITY;
    for (int v = 0; v < vocabulary; v++) {
      top = Math.max(top, logits[offset + v]);
    }
    double total = 0;
    for (int v = 0; v < vocabulary; v++) {
      total += Math.exp(logits[offset + v] - top);
    }
    double[] logP = new double[vocabulary];
    double log = top + Math.log(total);
    for (int v = 0; v < vocabulary; v++) {
      logP[v] = logits[offset + v] - log;
    }
    return logP;
  }

  /// The figures, with intervals by resampling problems.
  Prediction summary(String[] problems, RandomGenerator random) {
    return new Prediction(Bootstrap.byProblem(problems, this::perplexity, random),
        Bootstrap.byProblem(problems, this::divergence, random));
  }

  /// Means of several arms' figures, without intervals; null without arms.
  static Prediction mean(List<Predictions> arms) {
    if (arms.isEmpty()) {
      return null;
    }
    List<Double> perplexities = new ArrayList<>();
    List<Double> divergences = new ArrayList<>();
    for (Predictions arm : arms) {
      int[] items = IntStream.range(0, arm.tokens.length).toArray();
      perplexities.add(arm.perplexity(items));
      divergences.add(arm.divergence(items));
    }
    return new Prediction(mean(perplexities.stream().mapToDouble(Double::doubleValue).toArray()),
        mean(divergences.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static Estimate mean(double[] values) {
    return Estimate.exact(Arrays.stream(values).average().orElseThrow());
  }

  private double perplexity(int[] items) {
    return Math.exp(-Arrays.stream(items).mapToDouble(i -> logProbability[i]).sum() / tokensOf(items));
  }

  private double divergence(int[] items) {
    return Arrays.stream(items).mapToDouble(i -> divergence[i]).sum() / tokensOf(items);
  }

  private double tokensOf(int[] items) {
    return Arrays.stream(items).mapToLong(i -> tokens[i]).sum();
  }
}
