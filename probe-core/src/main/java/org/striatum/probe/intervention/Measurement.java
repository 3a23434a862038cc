package org.striatum.probe.intervention;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionStudy.Attempt;
import org.striatum.probe.intervention.InterventionStudy.Generation;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.GatedModel.Scorer;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.stats.McNemar;

/// What is measured on the same items in every arm.
sealed interface Measurement extends AutoCloseable {
  OutcomeKind outcome();

  /// Problem of each item: (items).
  String[] problems();

  /// Runs every item under these gates.
  Readings under(Gates gates);

  /// McNemar's table on paired successes; null where the outcome is no success.
  McNemarTable table(double[] base, double[] ablated);

  /// How each of these arms predicts the items' continuations; empty where items have none.
  List<Predictions> predictions(List<Gates> arms);

  @Override
  void close();

  /// Σ log p of given continuations, in nats per item. What lies below the lowest hook point runs once, when the first arm is measured.
  final class Solutions implements Measurement {
    private final GatedModel model;
    private final List<ScoredText> items;
    private final Set<HookPoint> hooks;
    /// Null until an arm is measured.
    private Scorer scorer;

    Solutions(GatedModel model, List<ScoredText> items, Set<HookPoint> hooks) {
      this.model = model;
      this.items = items;
      this.hooks = hooks;
    }

    @Override
    public OutcomeKind outcome() {
      return OutcomeKind.LOG_PROBABILITY;
    }

    @Override
    public String[] problems() {
      return items.stream().map(ScoredText::problem).toArray(String[]::new);
    }

    @Override
    public Readings under(Gates gates) {
      if (scorer == null) {
        scorer = model.scorer(tokens(), hooks);
      }
      return Readings.of(scorer.logProbabilities(gates));
    }

    private List<TokenSequence> tokens() {
      return items.stream().map(ScoredText::tokens).toList();
    }

    @Override
    public McNemarTable table(double[] base, double[] ablated) {
      return null;
    }

    @Override
    public List<Predictions> predictions(List<Gates> arms) {
      return Predictions.of(model, tokens(), hooks, arms);
    }

    @Override
    public void close() {
      if (scorer != null) {
        scorer.close();
      }
    }
  }

  /// The share of attempts graded right. All arms draw with the same seeds.
  record Attempts(GatedModel model, List<Attempt> attempts, Generation generation) implements Measurement {
    @Override
    public OutcomeKind outcome() {
      return OutcomeKind.ACCURACY;
    }

    @Override
    public String[] problems() {
      return attempts.stream().map(attempt -> attempt.problem().id()).toArray(String[]::new);
    }

    @Override
    public Readings under(Gates gates) {
      List<TokenSequence> prompts = attempts.stream().map(Attempt::prompt).toList();
      long[] seeds = attempts.stream().mapToLong(Attempt::seed).toArray();
      List<Completion> completions = model.generate(prompts, seeds, generation.sampling(), gates,
          generation.batchSize(), () -> {});
      double[] rewards = new double[completions.size()];
      double[] parsed = new double[completions.size()];
      for (int i = 0; i < rewards.length; i++) {
        String text = generation.decoder().apply(completions.get(i).drawn());
        Grade grade = generation.grader().grade(attempts.get(i).problem(), text, !completions.get(i).finished());
        rewards[i] = grade.reward();
        parsed[i] = grade.read().isPresent() ? 1 : 0;
      }
      return Readings.of(rewards, parsed, completions);
    }

    /// On the attempt with the lowest sample number of each problem. Null where outcomes are means over draws.
    @Override
    public McNemarTable table(double[] base, double[] ablated) {
      if (Arrays.stream(ablated).anyMatch(outcome -> outcome != 0 && outcome != 1)) {
        return null;
      }
      Map<String, Integer> first = new TreeMap<>();
      IntStream.range(0, attempts.size()).boxed().sorted(Comparator.comparingInt(i -> attempts.get(i).sample()))
          .forEach(i -> first.putIfAbsent(attempts.get(i).problem().id(), i));
      int broken = (int) first.values().stream().filter(i -> base[i] == 1 && ablated[i] == 0).count();
      int repaired = (int) first.values().stream().filter(i -> base[i] == 0 && ablated[i] == 1).count();
      return new McNemarTable(broken, repaired, McNemar.exact(broken, repaired));
    }

    @Override
    public List<Predictions> predictions(List<Gates> arms) {
      return List.of();
    }

    @Override
    public void close() {}
  }
}
