package org.striatum.datasets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// Arithmetic with its steps written out: the four families that the tiny reasoners were trained on, each of them with prompts
/// of one length (`add-fixed`…), and two of them with longer operands than in training (`add-long`, `mul-long`).
///
/// A solution has one step per line and ends with `#` and the answer, graded by the exact text after the last `#`. Drawing
/// chooses operands only; prompt, steps and answer are functions of them (the `of` of each family). A problem's id is
/// its prompt.
public sealed interface Arithmetic extends ProblemSet {
  @Override
  default Grader grader() {
    return Grader.AFTER_LAST_HASH;
  }

  /// A number of `low` to `high` digits: first the number of digits is drawn uniformly, then the number. One digit includes 0.
  private static int number(RandomGenerator random, int low, int high) {
    int digits = random.nextInt(low, high + 1);
    int bound = (int) tens(digits);
    return random.nextInt(digits > 1 ? bound / 10 : 0, bound);
  }

  /// How many numbers have so many digits. One digit includes 0.
  private static long numbers(int low, int high) {
    return tens(high) - (low > 1 ? tens(low - 1) : 0);
  }

  private static long tens(int digits) {
    long bound = 1;
    for (int i = 0; i < digits; i++) {
      bound *= 10;
    }
    return bound;
  }

  /// How many sequences of `low` to `high` of so many things there are.
  private static long sequences(long things, int low, int high) {
    long all = 0;
    long power = 1;
    for (int length = 1; length <= high; length++) {
      power *= things;
      all += length < low ? 0 : power;
    }
    return all;
  }

  private static Problem problem(String dataset, String prompt, List<String> steps, long answer) {
    return new Problem(prompt, dataset, prompt, String.join("\n", steps) + "\n#" + answer, Long.toString(answer));
  }

  /// The problem as one of another set.
  private static Problem in(String dataset, Problem problem) {
    return new Problem(problem.id(), dataset, problem.prompt(), problem.solution(), problem.answer());
  }

  private static void requireNatural(String what, int... operands) {
    for (int operand : operands) {
      if (operand < 0) {
        throw new IllegalArgumentException(what + " must be ≥ 0, found " + operand);
      }
    }
  }

  /// Sums of 2 to 4 numbers of 1 to 3 digits, left to right: `12+7+305=` → `12+7=19`, `19+305=324`, `#324`.
  record Add() implements Arithmetic {
    @Override
    public String name() {
      return "add";
    }

    @Override
    public long distinct() {
      return sequences(numbers(1, 3), 2, 4);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      int[] terms = new int[random.nextInt(2, 5)];
      Arrays.setAll(terms, _ -> number(random, 1, 3));
      return of(terms);
    }

    /// The sum of these terms.
    ///
    /// @param terms at least two, each ≥ 0
    public Problem of(int... terms) {
      requireNatural("a term", terms);
      if (terms.length < 2) {
        throw new IllegalArgumentException("a sum must have at least 2 terms, found " + terms.length);
      }
      List<String> steps = new ArrayList<>();
      long total = terms[0];
      for (int i = 1; i < terms.length; i++) {
        steps.add(total + "+" + terms[i] + "=" + (total + terms[i]));
        total += terms[i];
      }
      String prompt = Arrays.stream(terms).mapToObj(Integer::toString).collect(Collectors.joining("+", "", "="));
      return Arithmetic.problem(name(), prompt, steps, total);
    }
  }

  /// [Add] with longer operands: sums of 2 to 4 numbers of 4 digits: `1205+7306=` → `1205+7306=8511`, `#8511`.
  record AddLong() implements Arithmetic {
    @Override
    public String name() {
      return "add-long";
    }

    @Override
    public String family() {
      return "add";
    }

    @Override
    public long distinct() {
      return sequences(numbers(4, 4), 2, 4);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      int[] terms = new int[random.nextInt(2, 5)];
      Arrays.setAll(terms, _ -> number(random, 4, 4));
      return in(name(), new Add().of(terms));
    }
  }

  /// [Add] with prompts of one length: three numbers of 3 digits: `123+456+789=`.
  record AddFixed() implements Arithmetic {
    @Override
    public String name() {
      return "add-fixed";
    }

    @Override
    public String family() {
      return "add";
    }

    @Override
    public long distinct() {
      return sequences(numbers(3, 3), 3, 3);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      int[] terms = new int[3];
      Arrays.setAll(terms, _ -> number(random, 3, 3));
      return in(name(), new Add().of(terms));
    }
  }

  /// 1 to 3 digits times 1 to 2 digits, by partial products: `47*38=` → `47*8=376`, `47*30=1410`, `376+1410=1786`,
  /// `#1786`.
  record Mul() implements Arithmetic {
    @Override
    public String name() {
      return "mul";
    }

    @Override
    public long distinct() {
      return numbers(1, 3) * numbers(1, 2);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      return of(number(random, 1, 3), number(random, 1, 2));
    }

    /// The product of `a` ≥ 0 and `b` in [0, 99].
    public Problem of(int a, int b) {
      requireNatural("a factor", a, b);
      if (b > 99) {
        throw new IllegalArgumentException("the second factor must have at most 2 digits, found " + b);
      }
      List<String> steps = new ArrayList<>();
      long product = (long) a * b;
      long ones = (long) a * (b % 10);
      steps.add(a + "*" + b % 10 + "=" + ones);
      if (b > 9) {
        long tens = product - ones;
        steps.add(a + "*" + (b - b % 10) + "=" + tens);
        steps.add(ones + "+" + tens + "=" + product);
      }
      return Arithmetic.problem(name(), a + "*" + b + "=", steps, product);
    }
  }

  /// [Mul] with longer operands: 4 digits times 2 digits.
  record MulLong() implements Arithmetic {
    @Override
    public String name() {
      return "mul-long";
    }

    @Override
    public String family() {
      return "mul";
    }

    @Override
    public long distinct() {
      return numbers(4, 4) * numbers(2, 2);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      return in(name(), new Mul().of(number(random, 4, 4), number(random, 2, 2)));
    }
  }

  /// [Mul] with prompts of one length: 3 digits times 2 digits: `123*45=`.
  record MulFixed() implements Arithmetic {
    @Override
    public String name() {
      return "mul-fixed";
    }

    @Override
    public String family() {
      return "mul";
    }

    @Override
    public long distinct() {
      return numbers(3, 3) * numbers(2, 2);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      return in(name(), new Mul().of(number(random, 3, 3), number(random, 2, 2)));
    }
  }

  /// Remainders of numbers of 2 to 5 digits by 3 to 9, digit by digit: `847%7=` → `8%7=1`, `14%7=0`, `7%7=0`, `#0`.
  record Mod() implements Arithmetic {
    @Override
    public String name() {
      return "mod";
    }

    @Override
    public long distinct() {
      return numbers(2, 5) * (10 - 3);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      return of(number(random, 2, 5), random.nextInt(3, 10));
    }

    /// The remainder of `n` ≥ 0 by `m` ≥ 1.
    public Problem of(int n, int m) {
      requireNatural("a dividend", n);
      if (m < 1) {
        throw new IllegalArgumentException("a divisor must be ≥ 1, found " + m);
      }
      List<String> steps = new ArrayList<>();
      long rest = 0;
      for (char digit : Integer.toString(n).toCharArray()) {
        long value = rest * 10 + (digit - '0');
        rest = value % m;
        steps.add(value + "%" + m + "=" + rest);
      }
      return Arithmetic.problem(name(), n + "%" + m + "=", steps, rest);
    }
  }

  /// [Mod] with prompts of one length: 5 digits by 3 to 9: `12345%7=`.
  record ModFixed() implements Arithmetic {
    @Override
    public String name() {
      return "mod-fixed";
    }

    @Override
    public String family() {
      return "mod";
    }

    @Override
    public long distinct() {
      return numbers(5, 5) * (10 - 3);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      return in(name(), new Mod().of(number(random, 5, 5), random.nextInt(3, 10)));
    }
  }

  /// 2 to 4 nested operations, innermost first: `((7+5)*3)-8=` → `7+5=12`, `12*3=36`, `36-8=28`, `#28`.
  record Expr() implements Arithmetic {
    /// The operation applied to the value so far.
    ///
    /// @param symbol `+`, `-` or `*`
    public record Operation(char symbol, int operand) {
      public Operation {
        if (symbol != '+' && symbol != '-' && symbol != '*') {
          throw new IllegalArgumentException("an operation must be +, - or *, found " + symbol);
        }
        requireNatural("an operand", operand);
      }

      long apply(long value) {
        return switch (symbol) {
          case '+' -> Math.addExact(value, operand);
          case '-' -> Math.subtractExact(value, operand);
          default -> Math.multiplyExact(value, operand);
        };
      }
    }

    @Override
    public String name() {
      return "expr";
    }

    /// 20 starts, and 60 additions, 60 subtractions and 8 multiplications for each operation.
    @Override
    public long distinct() {
      return 20 * sequences(60 + 60 + 8, 2, 4);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      int start = random.nextInt(1, 21);
      List<Operation> operations = new ArrayList<>();
      int count = random.nextInt(2, 5);
      for (int i = 0; i < count; i++) {
        char symbol = "+-*".charAt(random.nextInt(3));
        operations.add(new Operation(symbol, symbol == '*' ? random.nextInt(2, 10) : random.nextInt(1, 61)));
      }
      return of(start, operations);
    }

    /// `start` ≥ 0, then each operation on the value so far.
    ///
    /// @param operations at least one
    public Problem of(int start, List<Operation> operations) {
      requireNatural("a start", start);
      if (operations.isEmpty()) {
        throw new IllegalArgumentException("an expression must have at least one operation, found none");
      }
      List<String> steps = new ArrayList<>();
      long value = start;
      String text = Integer.toString(start);
      for (Operation operation : operations) {
        long result = operation.apply(value);
        steps.add("" + value + operation.symbol + operation.operand + "=" + result);
        text = "(" + text + operation.symbol + operation.operand + ")";
        value = result;
      }
      return Arithmetic.problem(name(), text.substring(1, text.length() - 1) + "=", steps, value);
    }
  }

  /// [Expr] with prompts of one length: three operations on a number of 2 digits, one of them, at any place, a multiplication by
  /// 1 digit, the others additions or subtractions of 2 digits: `((12+34)*5)-27=`.
  record ExprFixed() implements Arithmetic {
    private static final int OPERATIONS = 3;

    @Override
    public String name() {
      return "expr-fixed";
    }

    @Override
    public String family() {
      return "expr";
    }

    /// 11 starts, the place of one of 8 multiplications, and 51 additions and subtractions at each of the other two.
    @Override
    public long distinct() {
      return 11 * OPERATIONS * 8 * sequences(51 + 51, OPERATIONS - 1, OPERATIONS - 1);
    }

    @Override
    public Problem problem(RandomGenerator random) {
      int start = random.nextInt(10, 21);
      int multiplication = random.nextInt(OPERATIONS);
      List<Expr.Operation> operations = new ArrayList<>();
      for (int i = 0; i < OPERATIONS; i++) {
        operations.add(i == multiplication
            ? new Expr.Operation('*', random.nextInt(2, 10))
            : new Expr.Operation("+-".charAt(random.nextInt(2)), random.nextInt(10, 61)));
      }
      return in(name(), new Expr().of(start, operations));
    }
  }
}
