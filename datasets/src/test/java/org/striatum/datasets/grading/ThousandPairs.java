package org.striatum.datasets.grading;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.striatum.datasets.grading.GradingCases.Case;
import org.striatum.probe.rollout.Grade;

/// Grades 1,000 pairs by `math`, those that explode among them, and prints how long it took; a program of its own, so that it
/// shows that the process ends.
final class ThousandPairs {
  private static final int PAIRS = 1000;

  private ThousandPairs() {}

  public static void main(String[] args) throws Exception {
    List<String[]> pairs = new ArrayList<>();
    for (String file : List.of("further-cases.jsonl", "math-verify.jsonl")) {
      for (Case one : GradingCases.read(file, "math")) {
        if (one.grader().equals("math")) {
          pairs.add(new String[]{one.answer(), one.completion()});
        }
      }
    }
    AlgebraTest.exploding().forEach(text -> pairs.add(new String[]{text + "+x", "\\boxed{" + text + "+y}"}));
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    while (pairs.size() < PAIRS) {
      int a = random.nextInt(2, 30);
      int b = random.nextInt(2, 30);
      pairs.add(new String[]{"\\sqrt{%d} + \\frac{x^%d - 1}{x - 1}".formatted(a * a * b, b % 6 + 2),
          "\\boxed{\\frac{x^{%d}-1}{x-1}+%d\\sqrt{%d}}".formatted(b % 6 + 2, a, b)});
    }
    long start = System.nanoTime();
    double slowest = 0;
    int limits = 0;
    int equal = 0;
    for (String[] pair : pairs) {
      long begun = System.nanoTime();
      Grade grade = AnswerGrader.MATH.grade(pair[0], pair[1], Reading.USUAL);
      slowest = Math.max(slowest, (System.nanoTime() - begun) / 1e9);
      limits += grade.timeLimit() ? 1 : 0;
      equal += (int) grade.reward();
    }
    System.out.printf(Locale.ROOT, "%d pairs in %.1f s, slowest %.2f s, %d equal, %d ran into the limit of %d s%n",
        pairs.size(),
        (System.nanoTime() - start) / 1e9, slowest, equal, limits, MathText.LIMIT.toSeconds());
  }
}
