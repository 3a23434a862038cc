package org.striatum.peft.llm;

import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// Problems of one task as a model reads them: prompt, reference solution and end of sequence, by its own tokenizer.
///
/// @param task its name
/// @param grader of completions
/// @param problems of the task
/// @param items the same with their solutions, in tokens
public record TaskItems(String task, Grader grader, List<Problem> problems, List<TokenSequence> items) {
  public TaskItems {
    problems = List.copyOf(problems);
    items = List.copyOf(items);
    if (problems.isEmpty() || problems.size() != items.size()) {
      throw new IllegalArgumentException("a task needs problems with one item each, found " + problems.size() + " and "
          + items.size());
    }
  }

  static TaskItems of(HookedModel model, String task, Grader grader, List<Problem> problems)
      throws CheckpointException {
    List<TokenSequence> items = new ArrayList<>();
    for (Problem problem : problems) {
      items.add(model.sequence(problem.prompt(), problem.solution()));
    }
    return new TaskItems(task, grader, problems, items);
  }

  /// Tokens after each prompt: (items).
  double[] tokens() {
    return items.stream().mapToDouble(item -> item.length() - item.promptLength()).toArray();
  }
}
