package org.striatum.peft.llm;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Tests a model under gates: greedy completions are graded and reference solutions scored. Not thread-safe; the caller closes
/// it, and keeps the model.
final class Evaluation implements AutoCloseable {
  /// Tokens that a completion may be longer than the longest reference solution.
  private static final int SLACK = 16;

  private final HookedModel model;
  private final List<TaskItems> tasks;
  private final int batchSize;
  private final List<GatedModel.Scorer> scorers = new ArrayList<>();

  /// @param hooks where gates may stand
  Evaluation(HookedModel model, List<TaskItems> tasks, Set<HookPoint> hooks, int batchSize) {
    this.model = model;
    this.tasks = List.copyOf(tasks);
    this.batchSize = batchSize;
    for (TaskItems task : tasks) {
      scorers.add(model.model().scorer(task.items(), hooks));
    }
  }

  /// Every task's outcomes, in the tasks' order.
  List<Outcomes> of(Gates gates) throws CheckpointException {
    List<Outcomes> outcomes = new ArrayList<>();
    for (int k = 0; k < tasks.size(); k++) {
      double[] perToken = scorers.get(k).logProbabilities(gates);
      double[] tokens = tasks.get(k).tokens();
      for (int i = 0; i < perToken.length; i++) {
        perToken[i] /= tokens[i];
      }
      outcomes.add(new Outcomes(tasks.get(k).task(), correct(tasks.get(k), gates), perToken));
    }
    return outcomes;
  }

  /// Whether each problem of a task is answered, 0 or 1: (problems).
  double[] correct(TaskItems task, Gates gates) throws CheckpointException {
    List<TokenSequence> prompts = new ArrayList<>();
    int longestPrompt = 0;
    int longestSolution = 0;
    for (TokenSequence item : task.items()) {
      prompts.add(item.prompt());
      longestPrompt = Math.max(longestPrompt, item.promptLength());
      longestSolution = Math.max(longestSolution, item.length() - item.promptLength());
    }
    int room = model.facts().longest() - longestPrompt;
    Sampling greedy = new Sampling(0, 1, 0, Math.min(longestSolution + SLACK, Math.max(1, room)), true);
    List<Completion> completions = model.model().generate(prompts, new long[prompts.size()], greedy, gates, batchSize,
        () -> {});
    double[] correct = new double[prompts.size()];
    for (int i = 0; i < correct.length; i++) {
      correct[i] = task.grader().grade(task.problems().get(i),
          model.tokenizer().decodeContinuation(completions.get(i).tokens()), !completions.get(i).finished()).reward();
    }
    return correct;
  }

  @Override
  public void close() {
    scorers.forEach(GatedModel.Scorer::close);
  }
}
