package org.striatum.datasets;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.UsageException;

/// A source of problems of one kind, with the grader that checks their answers.
public interface ProblemSet {
  /// Its name, as the user writes it.
  String name();

  /// The name of the set whose distribution this one shifts; its own name if it shifts none.
  default String family() {
    return name();
  }

  /// One problem, drawn at random.
  Problem problem(RandomGenerator random);

  Grader grader();

  /// Where its problems were read from; empty for a set that generates them.
  default Optional<ProblemSource> origin() {
    return Optional.empty();
  }

  /// Texts that end a completion of its plain prompts, as the field's harness has them: what a model writes next is no part
  /// of its answer.
  default List<String> stops() {
    return List.of();
  }

  /// What stands between a prompt and its solution where both are written one behind the other.
  default String delimiter() {
    return "";
  }

  /// The malformed rows of its file, in one line; empty if there are none.
  default Optional<String> skipped() {
    return Optional.empty();
  }

  /// Columns and grader that its file's content decided, in one line; empty where they were told or known.
  default Optional<String> chosen() {
    return Optional.empty();
  }

  /// Which of its problems one is, for people: the row of its file where it has one.
  default String place(Problem problem) {
    return "problem %s of %s".formatted(problem.id(), name());
  }

  /// The first `count` problems of a seed. Problem i depends only on (seed, name, i): a larger count begins with the
  /// same problems, and other sets in the same run change nothing. A problem may occur twice, with the same id.
  ///
  /// @throws IllegalArgumentException if `count` is negative
  default List<Problem> draw(int count, long seed) {
    if (count < 0) {
      throw new IllegalArgumentException("a number of problems must be ≥ 0, found " + count);
    }
    return endless(seed).limit(count).toList();
  }

  /// How many problems with distinct ids there are; `Long.MAX_VALUE` where nobody has counted.
  default long distinct() {
    return Long.MAX_VALUE;
  }

  /// Refuses a number of distinct problems that there are not, without a draw.
  ///
  /// @throws UsageException saying how many there are
  default void requireDistinct(int count) {
    if (count > distinct()) {
      throw new UsageException(
          "%s has %d distinct problems, and %d are needed".formatted(name(), distinct(), count));
    }
  }

  /// The first `count` problems of a seed that have distinct ids, none of them in `taken`.
  ///
  /// @throws UsageException if there are fewer, before any is drawn, or not enough were found among 40 · count draws
  default List<Problem> drawDistinct(int count, long seed, Set<String> taken) {
    requireDistinct(count);
    long all = distinct();
    List<Problem> distinct = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Iterator<Problem> draws = endless(seed).limit(40L * count).iterator();
    while (distinct.size() < count && seen.size() < all && draws.hasNext()) {
      Problem problem = draws.next();
      if (seen.add(problem.id()) && !taken.contains(problem.id())) {
        distinct.add(problem);
      }
    }
    if (distinct.size() < count) {
      throw new UsageException("%s has too few distinct problems: %d are needed in addition to %d others, found %d"
          .formatted(name(), count, taken.size(), distinct.size()));
    }
    return List.copyOf(distinct);
  }

  private Stream<Problem> endless(long seed) {
    // Each part of the key is mixed before the next is added, so that neighbouring keys give unrelated streams.
    long ofSet = new SplittableRandom(new SplittableRandom(seed).nextLong() ^ name().hashCode()).nextLong();
    return LongStream.iterate(0, i -> i + 1)
        .mapToObj(i -> problem(new SplittableRandom(new SplittableRandom(ofSet ^ i).nextLong())));
  }
}
