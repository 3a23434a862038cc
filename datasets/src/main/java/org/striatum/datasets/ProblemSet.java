package org.striatum.datasets;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// A source of problems of one kind, with the grader that checks their answers.
public interface ProblemSet {
  /// What `--tasks` calls it.
  String name();

  /// One problem, drawn at random.
  Problem problem(RandomGenerator random);

  Grader grader();

  /// The first `count` problems of a seed. Problem i depends on (seed, name, i) alone: a larger count begins with the
  /// same problems, and another set beside it changes nothing. A problem may come up twice, under one id.
  ///
  /// @throws IllegalArgumentException if `count` is negative
  default List<Problem> draw(int count, long seed) {
    if (count < 0) {
      throw new IllegalArgumentException("a number of problems must be ≥ 0, found " + count);
    }
    // Each part of the key is scrambled before the next joins it, so that neighbouring keys give unrelated streams.
    long ofSet = new SplittableRandom(new SplittableRandom(seed).nextLong() ^ name().hashCode()).nextLong();
    List<Problem> problems = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      problems.add(problem(new SplittableRandom(new SplittableRandom(ofSet ^ i).nextLong())));
    }
    return problems;
  }
}
