package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RealSetTest {
  private static RealSet set(String text) {
    return RealSet.of(MathForm.of(text).orElseThrow()).orElseThrow();
  }

  private static boolean same(String a, String b) {
    MathComparison comparison = new MathComparison(new Algebra(Duration.ofSeconds(3)));
    return set(a).same(set(b), comparison::equal);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', textBlock = """
      (-\\infty,3)\\cup(3,\\infty) ; x \\ne 3 ; true
      \\mathbb{R}\\setminus\\{1,2\\} ; (-\\infty,1)\\cup(1,2)\\cup(2,\\infty) ; true
      [1,2]\\cup[2,3] ; [1,3] ; true
      [1,2)\\cup(2,3] ; [1,3] ; false
      (0,2)\\cap(1,3) ; (1,2) ; true
      \\{x \\mid |x-1| \\le 2\\} ; [-1,3] ; true
      |3-2x| > 1 ; (-\\infty,1)\\cup(2,\\infty) ; true
      |x| > -1 ; \\mathbb{R} ; true
      (0,\\sqrt{2}]\\setminus\\{1\\} ; (0,1)\\cup(1,2^{1/2}] ; true
      1 \\le |z| < 2 ; (-2,-1]\\cup[1,2) ; true
      1 \\le |z| < 2 ; [-2,-1]\\cup[1,2) ; false
      |x| < 1 ; |y| < 1 ; false
      """)
  void howeverASetIsWritten(String a, String b, boolean same) {
    assertThat(same(a, b)).isEqualTo(same);
    assertThat(same(b, a)).isEqualTo(same);
  }

  @Test
  void whatIsNoSetOfNumbersIsNone() {
    for (String text : List.of("(1,2,3)", "(2,1)", "x^2 < 4", "x < y", "(a,b)\\cup(b,c)", "5", "x = 3", "x>1, x<3")) {
      assertThat(MathForm.of(text).flatMap(RealSet::of)).as(text).isEmpty();
    }
  }

  /// A union is the same in any order, and its complement's complement is it again.
  @Property(tries = 100)
  void aUnionHasNoOrder(@ForAll @From("intervals") List<String> intervals) {
    String union = String.join("\\cup", intervals);
    assertThat(same(union, String.join("\\cup", intervals.reversed()))).isTrue();
    assertThat(same("\\mathbb{R}\\setminus(\\mathbb{R}\\setminus(" + union + "))", union)).isTrue();
    assertThat(same(intervals.stream().map(interval -> "(" + interval + ")\\cup(" + union + ")")
        .collect(Collectors.joining("\\cap")), union)).as("absorbed").isTrue();
  }

  @Provide
  Arbitrary<List<String>> intervals() {
    Arbitrary<Integer> ends = Arbitraries.integers().between(-9, 9);
    return Combinators
        .combine(ends, Arbitraries.integers().between(1, 5), Arbitraries.of("(", "["), Arbitraries.of(")", "]"))
        .as((low, length, open, close) -> open + low + "," + (low + length) + close).list().ofMinSize(1).ofMaxSize(5);
  }
}
