package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.probe.rollout.Grade;

class AlgebraTest {
  /// Texts that explode when they are computed, nested without end, or are no TeX at all.
  static List<String> exploding() {
    return List.of("10^{10^{10}}", "9^{9^{9^9}}", "9^{9^{9^{9^x}}}", "(10^{10})!", "100!!!!", "\\binom{10^9}{10^8}",
        "((x+1)^{50}+(y+2)^{50})^{50}", "e^{e^{e^{e^e}}}", "1".repeat(900) + "^{20}", "\\frac{1}{".repeat(300),
        "\\frac{1}{1+".repeat(40) + "x" + "}".repeat(40), "{".repeat(10_000) + "1" + "}".repeat(10_000),
        "(".repeat(10_000) + "1" + ")".repeat(10_000), "x+".repeat(50_000) + "1", "-".repeat(2000) + "1",
        "|".repeat(500),
        "\\{" + "x,".repeat(900) + "1\\}", "1e999", "\\frac{1}{0}", "0^0", "\\infty-\\infty", "\\pm".repeat(30) + "1",
        "\\begin{pmatrix}" + "1&".repeat(500) + "1\\end{pmatrix}^8", "\\\\".repeat(1000), "\\boxed{".repeat(500),
        "5" + "!".repeat(1900), "x" + "'".repeat(1900), "\\frac".repeat(900), "\\sqrt".repeat(1900) + "2",
        "\\sin".repeat(1900) + "x", "x^a".repeat(900), "x^" + "-".repeat(1900) + "1", "\\angle ".repeat(400),
        "\\left|".repeat(900),
        // Symja refuses the floor of a number so large, with a message
        "\\lfloor x+\\frac{(a+b+c+d)^{30}}{(a-b+c)^{20}(x-y)^{15}}+\\sqrt{x+y}^{40} \\rfloor",
        "\\gcd(10^{400},10^{399}x)", "\\max(" + "1,".repeat(900) + "x)", "x \\bmod 0", "10^{500} \\bmod 10^{300}",
        "\\begin{vmatrix}" + "x&".repeat(30) + "x\\end{vmatrix}", "\\log_2 10^{5000}", "0.12345678901234567890\\ldots",
        "|".repeat(3) + "x|<1", "(1,2)\\cup".repeat(200) + "(3,4)", "\\{x\\mid".repeat(60) + " x>1",
        "\\{"
            + IntStream.range(0, 50).mapToObj(i -> "\\sin^{%d}x\\cos^{%d}y".formatted(i, 50 - i))
                .collect(Collectors.joining(","))
            + "\\}");
  }

  @ParameterizedTest
  @MethodSource("exploding")
  void whatExplodesIsBoundedBeforeAlgebraSeesIt(String text) {
    for (String other : List.of("x+1", "7", text + "+1", "y=" + text)) {
      Grade grade = AnswerGrader.MATH.grade(other, "\\boxed{" + text + "}", Reading.USUAL);
      assertThat(grade.reward()).as(other.length() > 40 ? "one more" : other)
          .isEqualTo(other.equals("y=" + text) && grade.reward() == 1 ? 1 : 0);
      assertThat(grade.timeLimit()).isFalse();
    }
  }

  @Test
  void aLimitThatIsReachedIsSaidAndTheWrittenFormsDecide() {
    Grade slow = MathText.graded("\\sin^6 x + \\cos^6 x", "1 - 3\\sin^2 x\\cos^2 x", new Algebra(Duration.ofNanos(1)));
    assertThat(slow.reward()).isZero();
    assertThat(slow.timeLimit()).isTrue();
    assertThat(MathText.graded("\\frac{x}{2}", "x/2", new Algebra(Duration.ofNanos(1))))
        .matches(grade -> grade.reward() == 1 && !grade.timeLimit());
    assertThat(
        MathText.graded("\\sin^6 x + \\cos^6 x", "1 - 3\\sin^2 x\\cos^2 x", new Algebra(MathText.LIMIT)).reward())
        .isEqualTo(1);
  }

  /// However a polynomial is written, it is the same; with another constant it is not.
  @Property(tries = 60)
  void anExpressionIsWhatItIsHoweverWritten(@ForAll @From("factors") List<Tuple.Tuple2<Integer, Integer>> factors) {
    String product = String.join("", factors.stream().map(f -> "(" + f.get1() + "x" + signed(f.get2()) + ")").toList());
    long[] coefficients = {1};
    for (Tuple.Tuple2<Integer, Integer> factor : factors) {
      long[] next = new long[coefficients.length + 1];
      for (int i = 0; i < coefficients.length; i++) {
        next[i] += coefficients[i] * factor.get2();
        next[i + 1] += coefficients[i] * factor.get1();
      }
      coefficients = next;
    }
    assertThat(MathText.graded(product, polynomial(coefficients), new Algebra(MathText.LIMIT)).reward()).isEqualTo(1);
    coefficients[0]++;
    assertThat(MathText.graded(product, polynomial(coefficients), new Algebra(MathText.LIMIT)).reward()).isZero();
  }

  private static String polynomial(long[] coefficients) {
    return String.join("",
        IntStream.range(0, coefficients.length).mapToObj(i -> signed(coefficients[i]) + "x^{" + i + "}").toList());
  }

  private static String signed(long value) {
    return (value < 0 ? "" : "+") + value;
  }

  @Provide
  Arbitrary<List<Tuple.Tuple2<Integer, Integer>>> factors() {
    Arbitrary<Integer> number = Arbitraries.integers().between(-9, 9);
    return number.filter(n -> n != 0).flatMap(a -> number.map(b -> Tuple.of(a, b))).list().ofMinSize(1).ofMaxSize(4);
  }

  /// A process that graded pairs which run into the limit ends when its work is done.
  @Tag("slow")
  @Test
  void theProcessEnds() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), ThousandPairs.class.getName()).redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
