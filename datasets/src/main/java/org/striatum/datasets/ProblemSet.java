package org.striatum.datasets;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// A source of problems of one kind, with the grader that checks their answers.
public interface ProblemSet {
  /// What `--tasks` calls it.
  String name();

  /// The set whose distribution this one shifts, by name: its own where it shifts none.
  default String family() {
    return name();
  }

  /// One problem, drawn at random.
  Problem problem(RandomGenerator random);

  Grader grader();

  /// Where its problems were read; empty for a set that draws them.
  default Optional<ProblemSource> origin() {
    return Optional.empty();
  }

  /// What of its file was malformed, in one line; empty where nothing was.
  default Optional<String> skipped() {
    return Optional.empty();
  }

  /// The first `count` problems of a seed. Problem i depends on (seed, name, i) alone: a larger count begins with the
  /// same problems, and another set beside it changes nothing. A problem may come up twice, under one id.
  ///
  /// @throws IllegalArgumentException if `count` is negative
  default List<Problem> draw(int count, long seed) {
    if (count < 0) {
      throw new IllegalArgumentException("a number of problems must be ≥ 0, found " + count);
    }
    return endless(seed).limit(count).toList();
  }

  /// The first `count` problems of a seed that have distinct ids, none of them in `taken`.
  ///
  /// @throws IllegalArgumentException if so many were not found among forty times as many draws
  default List<Problem> drawDistinct(int count, long seed, Set<String> taken) {
    Set<String> seen = new HashSet<>(taken);
    List<Problem> distinct = endless(seed).limit(40L * count).filter(problem -> seen.add(problem.id())).limit(count)
        .toList();
    if (distinct.size() < count) {
      throw new IllegalArgumentException("%s has too few distinct problems: %d are needed beside %d others, found %d"
          .formatted(name(), count, taken.size(), distinct.size()));
    }
    return distinct;
  }

  private Stream<Problem> endless(long seed) {
    // Each part of the key is scrambled before the next joins it, so that neighbouring keys give unrelated streams.
    long ofSet = new SplittableRandom(new SplittableRandom(seed).nextLong() ^ name().hashCode()).nextLong();
    return LongStream.iterate(0, i -> i + 1)
        .mapToObj(i -> problem(new SplittableRandom(new SplittableRandom(ofSet ^ i).nextLong())));
  }
}
