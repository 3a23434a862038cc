package org.striatum.peft.llm;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.Gradient;
import org.striatum.peft.llm.Adaptation.Applied;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Ranks;

/// Learns an adaptation by gradient, all weights frozen: the log-probability of reference solutions rises. The same seed
/// gives the same batches and the same result. Not thread-safe; the caller keeps the model.
///
/// @param model the frozen model
/// @param training problems with their solutions
/// @param validation likewise, no problem in both
/// @param settings how long
public record AdaptationLearner(DjlModel model, List<TokenSequence> training, List<TokenSequence> validation,
    AdaptationTraining settings) {
  public AdaptationLearner {
    training = List.copyOf(training);
    validation = List.copyOf(validation);
    if (training.isEmpty() || validation.isEmpty()) {
      throw new IllegalArgumentException("learning needs training and validation problems, found " + training.size()
          + " and " + validation.size());
    }
  }

  /// Trains. A loss or gradient that is not finite ends it: the best state so far is kept, and the reason with it.
  ///
  /// @param rate of learning, > 0
  /// @param seed of batches and of a random beginning
  /// @param task told of each step
  public Learned learn(Adaptation adaptation, double rate, long seed, Progress.Task task) {
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException("a learning rate must be > 0 and finite, found " + rate);
    }
    SplittableRandom random = new SplittableRandom(seed);
    float[] parameters = adaptation.start(random.split());
    SplittableRandom order = random.split();
    Adam adam = new Adam(adaptation.rates(rate));
    double start = score(adaptation.applied(parameters), validation);
    Learned best = new Learned(parameters, 0, start, start, null);
    int[] places = new int[0];
    int next = 0;
    for (int step = 1; step <= settings.steps(); step++) {
      TokenSequence[] batch = new TokenSequence[Math.min(settings.batch(), training.size())];
      for (int i = 0; i < batch.length; i++) {
        if (next == places.length) {
          places = shuffled(training.size(), order);
          next = 0;
        }
        batch[i] = training.get(places[next++]);
      }
      Applied applied = adaptation.applied(parameters);
      Gradient gradient = model.under(applied.overlay()).gradient(List.of(batch), applied.gates(),
          settings.opennessPenalty());
      float[] slopes = adaptation.gradient(gradient);
      if (!Double.isFinite(gradient.loss()) || !finite(slopes)) {
        return stopped(best, "the loss or its gradient was not finite at step " + step);
      }
      adam.step(parameters, slopes);
      task.step(1);
      if (settings.checksAfter(step)) {
        double score = finite(parameters) ? score(adaptation.applied(parameters), validation) : Double.NaN;
        if (!Double.isFinite(score)) {
          return stopped(best, "validation solutions had no finite log-probability after step " + step);
        }
        if (score > best.validation()) {
          best = new Learned(parameters, step, start, score, null);
        }
      }
    }
    return best;
  }

  private static Learned stopped(Learned best, String why) {
    return new Learned(best.parameters(), best.step(), best.start(), best.validation(), why);
  }

  /// Mean log-probability a token of solutions, in nats.
  private double score(Applied applied, List<TokenSequence> items) {
    Set<HookPoint> hooks = applied.gates().at().isEmpty()
        ? Set.of(HookPoint.residPost(model.layers() - 1))
        : applied.gates().at().keySet();
    try (DjlModel under = model.under(applied.overlay()); GatedModel.Scorer scorer = under.scorer(items, hooks)) {
      double[] sums = scorer.logProbabilities(applied.gates());
      int tokens = items.stream().mapToInt(item -> item.length() - item.promptLength()).sum();
      return IntStream.range(0, sums.length).mapToDouble(i -> sums[i]).sum() / tokens;
    }
  }

  private static boolean finite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static int[] shuffled(int count, SplittableRandom random) {
    int[] places = IntStream.range(0, count).toArray();
    Ranks.shuffle(places, random);
    return places;
  }
}
