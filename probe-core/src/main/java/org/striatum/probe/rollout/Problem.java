package org.striatum.probe.rollout;

/// A question with a checkable answer.
///
/// @param id unique within its dataset; equal prompts have equal ids, so that repeats stay on one side of a split
/// @param dataset the problem set it comes from
/// @param prompt what the model reads
/// @param solution a reference solution with its steps, as the model should write it
/// @param answer what a grader compares with
public record Problem(String id, String dataset, String prompt, String solution, String answer) {
  public Problem {
    if (id.isEmpty() || dataset.isEmpty() || prompt.isEmpty()) {
      throw new IllegalArgumentException("a problem needs an id, a dataset and a prompt, found id '" + id
          + "', dataset '" + dataset + "', prompt '" + prompt + "'");
    }
  }
}
