package org.striatum.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.datasets.Arithmetic.Add;
import org.striatum.datasets.Arithmetic.AddFixed;
import org.striatum.datasets.Arithmetic.AddLong;
import org.striatum.datasets.Arithmetic.Expr.Operation;
import org.striatum.datasets.Arithmetic.Expr;
import org.striatum.datasets.Arithmetic.ExprFixed;
import org.striatum.datasets.Arithmetic.Mod;
import org.striatum.datasets.Arithmetic.ModFixed;
import org.striatum.datasets.Arithmetic.Mul;
import org.striatum.datasets.Arithmetic.MulFixed;
import org.striatum.datasets.Arithmetic.MulLong;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.UsageException;

/// The reference is `tasks.py`, the generator that the tiny reasoners were trained with.
class ArithmeticTest {
  private static final List<Arithmetic> SETS = ProblemSets.KNOWN.stream().map(Arithmetic.class::cast).toList();
  private static final int SAMPLE = 20_000;
  private static final double REFERENCE_SAMPLE = 200_000;

  /// The worked examples of its docstrings.
  @Test
  void workedExamplesComeOutTheSame() {
    assertThat(new Add().of(12, 7, 305))
        .isEqualTo(new Problem("12+7+305=", "add", "12+7+305=", "12+7=19\n19+305=324\n#324", "324"));
    assertThat(new Mul().of(47, 38))
        .isEqualTo(new Problem("47*38=", "mul", "47*38=", "47*8=376\n47*30=1410\n376+1410=1786\n#1786", "1786"));
    assertThat(new Mod().of(847, 7)).isEqualTo(new Problem("847%7=", "mod", "847%7=", "8%7=1\n14%7=0\n7%7=0\n#0", "0"));
    assertThat(new Expr().of(7, List.of(new Operation('+', 5), new Operation('*', 3), new Operation('-', 8))))
        .isEqualTo(new Problem("((7+5)*3)-8=", "expr", "((7+5)*3)-8=", "7+5=12\n12*3=36\n36-8=28\n#28", "28"));
  }

  /// Outputs of `tasks.py` itself, found in the streams of `random.Random(0)`: zeros, one digit, negative values.
  @Test
  void cornerCasesComeOutTheSame() {
    assertThat(new Add().of(0, 749, 716, 175)).isEqualTo(new Problem("0+749+716+175=", "add", "0+749+716+175=",
        "0+749=749\n749+716=1465\n1465+175=1640\n#1640", "1640"));
    assertThat(new Add().of(7, 598, 718, 0)).isEqualTo(
        new Problem("7+598+718+0=", "add", "7+598+718+0=", "7+598=605\n605+718=1323\n1323+0=1323\n#1323", "1323"));
    assertThat(new Mul().of(929, 4)).isEqualTo(new Problem("929*4=", "mul", "929*4=", "929*4=3716\n#3716", "3716"));
    assertThat(new Mul().of(96, 50))
        .isEqualTo(new Problem("96*50=", "mul", "96*50=", "96*0=0\n96*50=4800\n0+4800=4800\n#4800", "4800"));
    assertThat(new Mul().of(2, 0)).isEqualTo(new Problem("2*0=", "mul", "2*0=", "2*0=0\n#0", "0"));
    assertThat(new Mul().of(0, 24)).isEqualTo(new Problem("0*24=", "mul", "0*24=", "0*4=0\n0*20=0\n0+0=0\n#0", "0"));
    assertThat(new Mod().of(65125, 3))
        .isEqualTo(new Problem("65125%3=", "mod", "65125%3=", "6%3=0\n5%3=2\n21%3=0\n2%3=2\n25%3=1\n#1", "1"));
    assertThat(new Mod().of(400, 3))
        .isEqualTo(new Problem("400%3=", "mod", "400%3=", "4%3=1\n10%3=1\n10%3=1\n#1", "1"));
    assertThat(new Expr().of(20,
        List.of(new Operation('+', 1), new Operation('-', 46), new Operation('*', 7), new Operation('-', 3))))
        .isEqualTo(new Problem("(((20+1)-46)*7)-3=", "expr", "(((20+1)-46)*7)-3=",
            "20+1=21\n21-46=-25\n-25*7=-175\n-175-3=-178\n#-178", "-178"));
    assertThat(new Expr().of(3,
        List.of(new Operation('*', 4), new Operation('-', 27), new Operation('+', 40), new Operation('-', 25))))
        .isEqualTo(new Problem("(((3*4)-27)+40)-25=", "expr", "(((3*4)-27)+40)-25=",
            "3*4=12\n12-27=-15\n-15+40=25\n25-25=0\n#0", "0"));
  }

  /// Figures of one family: python3, 200000 draws of each family from `random.Random(20260601)`.
  ///
  /// @param prompt mean of `len(prompt)`, then its standard deviation
  /// @param solution mean of `len(solution)`, then its standard deviation
  /// @param steps `solution.count("\n")` → how often
  /// @param digits of the prompt's first number → how often
  /// @param negative how many answers are
  record Reference(Arithmetic family, double prompt, double promptDeviation, double solution, double solutionDeviation,
      Map<Integer, Integer> steps, Map<Integer, Integer> digits, int negative) {}

  static List<Reference> references() {
    return List.of(
        new Reference(new Add(), 9.0025, 2.8281, 24.4980, 9.9422, Map.of(1, 66593, 2, 66898, 3, 66509),
            Map.of(1, 66706, 2, 66776, 3, 66518), 0),
        new Reference(new Mul(), 5.4990, 0.9577, 24.5377, 13.6004, Map.of(1, 99763, 3, 100237),
            Map.of(1, 67046, 2, 66339, 3, 66615), 0),
        new Reference(new Mod(), 6.5016, 1.1173, 25.0685, 7.6385, Map.of(2, 49858, 3, 49940, 4, 50218, 5, 49984),
            Map.of(2, 49858, 3, 49940, 4, 50218, 5, 49984), 0),
        new Reference(new Expr(), 14.2499, 3.8583, 31.4554, 9.2166, Map.of(2, 66784, 3, 66343, 4, 66873),
            Map.of(1, 89955, 2, 110045), 64189));
  }

  @ParameterizedTest
  @MethodSource("references")
  void distributionsAreThoseOfTheReference(Reference reference) {
    List<Problem> problems = reference.family.draw(SAMPLE, 1);
    assertMean(problems, p -> p.prompt().length(), reference.prompt, reference.promptDeviation);
    assertMean(problems, p -> p.solution().length(), reference.solution, reference.solutionDeviation);
    assertFrequencies(problems, p -> (int) p.solution().chars().filter(c -> c == '\n').count(), reference.steps);
    Pattern first = Pattern.compile("\\(*(\\d+).*");
    assertFrequencies(problems, p -> {
      Matcher matcher = first.matcher(p.prompt());
      assertThat(matcher.matches()).isTrue();
      return matcher.group(1).length();
    }, reference.digits);
    Map<Integer, Integer> signs = new TreeMap<>(Map.of(0, (int) REFERENCE_SAMPLE - reference.negative));
    if (reference.negative > 0) {
      signs.put(1, reference.negative);
    }
    assertFrequencies(problems, p -> p.answer().startsWith("-") ? 1 : 0, signs);
  }

  /// Five standard errors of the difference of two sample means.
  private static void assertMean(List<Problem> problems, ToIntFunction<Problem> figure, double mean,
      double deviation) {
    double found = problems.stream().mapToInt(figure).average().orElseThrow();
    double error = deviation * Math.sqrt(1.0 / SAMPLE + 1 / REFERENCE_SAMPLE);
    assertThat(found).isBetween(mean - 5 * error, mean + 5 * error);
  }

  private static void assertFrequencies(List<Problem> problems, ToIntFunction<Problem> figure,
      Map<Integer, Integer> reference) {
    Map<Integer, Long> found = problems.stream()
        .collect(Collectors.groupingBy(figure::applyAsInt, TreeMap::new, Collectors.counting()));
    assertThat(found.keySet()).isEqualTo(new TreeMap<>(reference).keySet());
    reference.forEach((value, count) -> {
      double p = count / REFERENCE_SAMPLE;
      double error = Math.sqrt(p * (1 - p) * (1.0 / SAMPLE + 1 / REFERENCE_SAMPLE));
      assertThat(found.get(value) / (double) SAMPLE).isBetween(p - 5 * error, p + 5 * error);
    });
  }

  @Property(tries = 300)
  void solutionsAreRightAndCorruptedOnesAreNot(@ForAll("families") Arithmetic family, @ForAll long seed,
      @ForAll @IntRange(max = 10_000) int at, @ForAll("digits") char digit) {
    Problem problem = family.problem(new SplittableRandom(seed));
    String solution = problem.solution();
    assertThat(family.grader().reward(problem, solution)).isEqualTo(1);
    assertThat(problem.id()).isEqualTo(problem.prompt());
    assertThat(problem.dataset()).isEqualTo(family.name());
    // Another digit anywhere in the answer.
    int start = solution.lastIndexOf('#') + 1;
    int place = start + at % (solution.length() - start);
    if (solution.charAt(place) != digit) {
      StringBuilder corrupted = new StringBuilder(solution);
      corrupted.setCharAt(place, digit);
      assertThat(family.grader().reward(problem, corrupted.toString())).isEqualTo(0);
    }
    for (String wrong : List.of(solution.replace("#", ""), solution + " ", solution + digit, solution + "\n#",
        solution.substring(0, solution.length() - 1), "")) {
      assertThat(family.grader().reward(problem, wrong)).as(wrong).isEqualTo(0);
    }
  }

  /// Every step computes, and follows from the one before.
  @Property(tries = 300)
  void everyStepComputes(@ForAll("families") Arithmetic family, @ForAll long seed) {
    Problem problem = family.problem(new SplittableRandom(seed));
    Pattern step = Pattern.compile("(-?\\d+)([-+*%])(\\d+)=(-?\\d+)");
    List<String> lines = List.of(problem.solution().split("\n"));
    for (String line : lines.subList(0, lines.size() - 1)) {
      Matcher matcher = step.matcher(line);
      assertThat(matcher.matches()).as(line).isTrue();
      long left = Long.parseLong(matcher.group(1));
      long right = Long.parseLong(matcher.group(3));
      long expected = switch (matcher.group(2)) {
        case "+" -> left + right;
        case "-" -> left - right;
        case "*" -> left * right;
        default -> left % right;
      };
      assertThat(matcher.group(4)).as(line).isEqualTo(Long.toString(expected));
    }
    assertThat(lines.getLast()).isEqualTo("#" + problem.answer());
    String last = lines.get(lines.size() - 2);
    assertThat(last.substring(last.indexOf('=') + 1)).isEqualTo(problem.answer());
  }

  @ParameterizedTest
  @MethodSource("all")
  void problemIDependsOnSeedSetAndIAlone(Arithmetic family) {
    List<Problem> problems = family.draw(50, 7);
    assertThat(family.draw(20, 7)).isEqualTo(problems.subList(0, 20));
    assertThat(family.draw(50, 8)).isNotEqualTo(problems);
    // Distinct keys give unrelated streams: hardly a prompt repeats between neighbouring seeds.
    List<String> shared = new ArrayList<>(prompts(family.draw(50, 8)));
    shared.retainAll(prompts(problems));
    assertThat(shared).hasSizeLessThan(5);
    assertThatThrownBy(() -> family.draw(-1, 7)).isInstanceOf(IllegalArgumentException.class);
  }

  /// Draws i and i + 1, and draws of seeds s and s + 1, are uncorrelated: |r| of n pairs stays below 5/√n.
  @Test
  void neighbouringStreamsAreUncorrelated() {
    double[] values = answers(new Add().draw(SAMPLE, 1));
    assertThat(correlation(Arrays.copyOf(values, SAMPLE - 1), Arrays.copyOfRange(values, 1, SAMPLE)))
        .isBetween(-5 / Math.sqrt(SAMPLE), 5 / Math.sqrt(SAMPLE));
    assertThat(correlation(values, answers(new Add().draw(SAMPLE, 2)))).isBetween(-5 / Math.sqrt(SAMPLE),
        5 / Math.sqrt(SAMPLE));
  }

  @Test
  void refusesOperandsItCannotWriteOut() {
    assertThatThrownBy(() -> new Add().of(1)).hasMessage("a sum must have at least 2 terms, found 1");
    assertThatThrownBy(() -> new Add().of(1, -2)).hasMessage("a term must be ≥ 0, found -2");
    assertThatThrownBy(() -> new Mul().of(1, 100)).hasMessageContaining("at most 2 digits, found 100");
    assertThatThrownBy(() -> new Mod().of(1, 0)).hasMessage("a divisor must be ≥ 1, found 0");
    assertThatThrownBy(() -> new Expr().of(1, List.of())).hasMessageContaining("at least one operation");
    assertThatThrownBy(() -> new Operation('/', 1)).hasMessage("an operation must be +, - or *, found /");
  }

  /// A shifted set writes the steps of its family, with operands that the family never draws.
  @Property(tries = 300)
  void longerOperandsAreOutsideTheFamily(@ForAll long seed) {
    Problem sum = new AddLong().problem(new SplittableRandom(seed));
    int[] terms = Arrays.stream(sum.prompt().replace("=", "").split("\\+")).mapToInt(Integer::parseInt).toArray();
    assertThat(terms).hasSizeBetween(2, 4);
    assertThat(Arrays.stream(terms).boxed()).allMatch(term -> term >= 1000 && term <= 9999);
    assertThat(sum.solution()).isEqualTo(new Add().of(terms).solution());
    assertThat(sum.dataset()).isEqualTo("add-long");
    Problem product = new MulLong().problem(new SplittableRandom(seed));
    int[] factors = Arrays.stream(product.prompt().replace("=", "").split("\\*")).mapToInt(Integer::parseInt)
        .toArray();
    assertThat(factors[0]).isBetween(1000, 9999);
    assertThat(factors[1]).isBetween(10, 99);
    assertThat(product.solution()).isEqualTo(new Mul().of(factors[0], factors[1]).solution());
    assertThat(new AddLong().family()).isEqualTo(new Add().name());
    assertThat(new MulLong().family()).isEqualTo(new Mul().name());
    assertThat(new Mod().family()).isEqualTo("mod");
  }

  static List<Arithmetic> fixed() {
    return SETS.stream().filter(set -> set.name().endsWith("-fixed")).toList();
  }

  /// A fixed set has one length of prompt, in characters, and as many steps in every solution; its problems are such as its family
  /// draws too, with the same solution, and every operand varies.
  @ParameterizedTest
  @MethodSource("fixed")
  void promptsOfAFixedSetAreAllAsLong(Arithmetic set) {
    List<Problem> problems = set.draw(2_000, 11);
    assertThat(problems).extracting(problem -> problem.prompt().length()).containsOnly(problems.getFirst().prompt()
        .length());
    assertThat(problems).extracting(problem -> problem.solution().lines().count())
        .containsOnly(problems.getFirst().solution().lines().count());
    assertThat(prompts(problems).stream().distinct().count()).isGreaterThan(1_800);
    assertThat(problems).extracting(Problem::dataset).containsOnly(set.name());
    assertThat(set.name()).isEqualTo(set.family() + "-fixed");
    for (Problem problem : problems.subList(0, 200)) {
      Problem own = again(set.family(), problem.prompt());
      assertThat(own.solution()).isEqualTo(problem.solution());
      assertThat(own.dataset()).isEqualTo(set.family());
    }
  }

  @Test
  void everyFamilyHasAFixedSet() {
    assertThat(fixed()).extracting(Arithmetic::family).containsExactly("add", "mul", "mod", "expr");
  }

  /// The problem that a family makes of a prompt's operands, in the ranges that the family draws.
  private static Problem again(String family, String prompt) {
    List<Integer> numbers = Pattern.compile("\\d+").matcher(prompt).results()
        .map(found -> Integer.parseInt(found.group())).toList();
    return switch (family) {
      case "add" -> {
        assertThat(numbers).hasSizeBetween(2, 4).allMatch(number -> number < 1000);
        yield new Add().of(numbers.stream().mapToInt(Integer::intValue).toArray());
      }
      case "mul" -> {
        assertThat(numbers.getFirst()).isLessThan(1000);
        yield new Mul().of(numbers.getFirst(), numbers.getLast());
      }
      case "mod" -> {
        assertThat(numbers.getFirst()).isLessThan(100_000);
        assertThat(numbers.getLast()).isBetween(3, 9);
        yield new Mod().of(numbers.getFirst(), numbers.getLast());
      }
      default -> {
        List<Operation> operations = new ArrayList<>();
        Matcher symbols = Pattern.compile("([-+*])(\\d+)").matcher(prompt);
        while (symbols.find()) {
          char symbol = symbols.group(1).charAt(0);
          int operand = Integer.parseInt(symbols.group(2));
          assertThat(operand).isBetween(symbol == '*' ? 2 : 1, symbol == '*' ? 9 : 60);
          operations.add(new Operation(symbol, operand));
        }
        assertThat(operations).hasSizeBetween(2, 4);
        assertThat(numbers.getFirst()).isBetween(1, 20);
        yield new Expr().of(numbers.getFirst(), operations);
      }
    };
  }

  @Test
  void distinctProblemsRepeatNeitherThemselvesNorWhatIsTaken() {
    Set<String> taken = new Mul().draw(50, 7).stream().map(Problem::id).collect(Collectors.toSet());
    List<Problem> distinct = new Mul().drawDistinct(400, 7, taken);
    assertThat(distinct).extracting(Problem::id).hasSize(400).doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(taken);
    assertThat(new Mul().drawDistinct(100, 7, taken)).isEqualTo(distinct.subList(0, 100));
    ProblemSet coin = new ProblemSet() {
      @Override
      public String name() {
        return "coin";
      }

      @Override
      public Problem problem(RandomGenerator random) {
        String side = random.nextBoolean() ? "heads" : "tails";
        return new Problem(side, name(), side, side, side);
      }

      @Override
      public Grader grader() {
        return Grader.AFTER_LAST_HASH;
      }
    };
    assertThat(coin.drawDistinct(2, 1, Set.of())).hasSize(2);
    assertThatThrownBy(() -> coin.drawDistinct(2, 1, Set.of("heads"))).isInstanceOf(UsageException.class)
        .hasMessage("coin has too few distinct problems: 2 are needed in addition to 1 others, found 1");
  }

  /// Counted one by one where that is quick, else the largest and smallest operands that are drawn bound them.
  @Test
  void distinctProblemsAreCounted() {
    Set<String> mul = new HashSet<>();
    Set<String> mulFixed = new HashSet<>();
    for (int a = 0; a < 1000; a++) {
      for (int b = 0; b < 100; b++) {
        String id = new Mul().of(a, b).id();
        mul.add(id);
        if (id.length() == "123*45=".length() && b > 9) {
          mulFixed.add(id);
        }
      }
    }
    assertThat(new Mul().distinct()).isEqualTo(mul.size());
    assertThat(new MulFixed().distinct()).isEqualTo(mulFixed.size());
    Set<String> mod = new HashSet<>();
    for (int n = 10; n < 100_000; n++) {
      for (int m = 3; m < 10; m++) {
        mod.add(n + "%" + m + "=");
      }
    }
    assertThat(new Mod().distinct()).isEqualTo(mod.size());
    assertThat(new ModFixed().distinct()).isEqualTo(mod.stream().filter(id -> id.length() == 8).count());
    assertThat(new MulLong().distinct()).isEqualTo(9000 * 90);
    assertThat(new AddFixed().distinct()).isEqualTo(900L * 900 * 900);
    assertThat(new Add().distinct()).isEqualTo(1000L * 1000 * (1 + 1000 + 1000 * 1000));
    assertThat(new AddLong().distinct()).isEqualTo(9000L * 9000 * (1 + 9000 + 9000 * 9000));
    Set<String> two = new HashSet<>();
    for (int start = 1; start <= 20; start++) {
      for (Expr.Operation first : operations()) {
        for (Expr.Operation second : operations()) {
          two.add(new Expr().of(start, List.of(first, second)).id());
        }
      }
    }
    assertThat(new Expr().distinct()).isEqualTo(two.size() * (1L + 128 + 128 * 128));
    assertThat(new ExprFixed().distinct()).isEqualTo(11L * 3 * 8 * 102 * 102);
    for (Arithmetic set : all()) {
      assertThat(set.draw(3000, 5).stream().map(Problem::id).distinct().count()).isLessThanOrEqualTo(set.distinct());
    }
  }

  private static List<Expr.Operation> operations() {
    List<Expr.Operation> all = new ArrayList<>();
    IntStream.rangeClosed(1, 60).forEach(i -> {
      all.add(new Expr.Operation('+', i));
      all.add(new Expr.Operation('-', i));
    });
    IntStream.rangeClosed(2, 9).forEach(i -> all.add(new Expr.Operation('*', i)));
    return all;
  }

  /// A set that cannot give as many says so without a draw, and one of which all were seen stops there.
  @Test
  void tooFewDistinctProblemsAreKnownBefore() {
    AtomicInteger drawn = new AtomicInteger();
    ProblemSet coin = new ProblemSet() {
      @Override
      public String name() {
        return "coin";
      }

      @Override
      public long distinct() {
        return 2;
      }

      @Override
      public Problem problem(RandomGenerator random) {
        drawn.incrementAndGet();
        String side = random.nextBoolean() ? "heads" : "tails";
        return new Problem(side, name(), side, side, side);
      }

      @Override
      public Grader grader() {
        return Grader.AFTER_LAST_HASH;
      }
    };
    assertThatThrownBy(() -> coin.drawDistinct(200_000, 1, Set.of())).isInstanceOf(UsageException.class)
        .hasMessage("coin has 2 distinct problems, and 200000 are needed");
    assertThat(drawn).hasValue(0);
    assertThatThrownBy(() -> coin.drawDistinct(2, 1, Set.of("heads"))).isInstanceOf(UsageException.class);
    assertThat(drawn.get()).isBetween(2, 40);
    assertThatThrownBy(() -> new Mul().drawDistinct(200_000, 1, Set.of())).isInstanceOf(UsageException.class)
        .hasMessageContaining("100000 distinct");
  }

  @Test
  void setsAreFoundByName() {
    assertThat(ProblemSets.named("add")).containsExactly(new Add());
    assertThat(ProblemSets.named("expr, mod,mul,add")).containsExactly(new Expr(), new Mod(), new Mul(), new Add());
    assertThatThrownBy(() -> ProblemSets.named("add,sub")).isInstanceOf(UsageException.class)
        .hasMessage(
            "unknown task 'sub': the tasks are add, mul, mod, expr, add-fixed, mul-fixed, mod-fixed, expr-fixed, add-long, mul-long");
    assertThatThrownBy(() -> ProblemSets.named("")).hasMessageStartingWith("unknown task ''");
    assertThatThrownBy(() -> ProblemSets.named("add,add")).hasMessageContaining("found 'add' twice");
  }

  static List<Arithmetic> all() {
    return SETS;
  }

  @Provide
  Arbitrary<Arithmetic> families() {
    return Arbitraries.of(SETS);
  }

  @Provide
  Arbitrary<Character> digits() {
    return Arbitraries.chars().range('0', '9');
  }

  private static Collection<String> prompts(List<Problem> problems) {
    return problems.stream().map(Problem::prompt).toList();
  }

  private static double[] answers(List<Problem> problems) {
    return problems.stream().mapToDouble(p -> Double.parseDouble(p.answer())).toArray();
  }

  private static double correlation(double[] x, double[] y) {
    double meanX = DoubleStream.of(x).average().orElseThrow();
    double meanY = DoubleStream.of(y).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - meanX) * (y[i] - meanY);
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return xy / Math.sqrt(xx * yy);
  }
}
