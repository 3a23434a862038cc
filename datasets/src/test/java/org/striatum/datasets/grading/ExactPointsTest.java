package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactPointsTest {
  private static Expr difference(String a, String b) {
    return MathForm.normalised(Expr.difference(MathForm.of(a).orElseThrow(), MathForm.of(b).orElseThrow()));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', nullValues = "open", textBlock = """
      (a+b+c+d)^{10}(a-b)^{10} ; (b-a)^{10}(d+c+b+a)^{10} ; true
      \\frac{1}{x-1}-\\frac{1}{x+1} ; \\frac{2}{x^2-1} ; true
      x^2+y^2 ; (x+y)^2 ; false
      \\frac{(n+1)!}{n!} ; n+1 ; true
      \\binom{n}{2} ; \\frac{n(n+1)}{2} ; false
      2^{2n} ; 4^n ; true
      \\pi r^2+2\\pi r ; \\pi r(r+2) ; true
      \\pi r^2 ; 3r^2 ; open
      \\sqrt{x^2} ; x ; open
      |x-1|+|x+1| ; 2|x| ; open
      i^2 x ; -x ; open
      \\sin x ; x ; open
      """)
  void rationalFunctionsAreDecided(String a, String b, Boolean equal) {
    assertThat(ExactPoints.zero(difference(a, b))).isEqualTo(Optional.ofNullable(equal));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', nullValues = "open", textBlock = """
      (2x-4y)/(2y-x) ; false ; true
      (2x-4y)/(2y-x) ; true ; false
      (2x-4y)/(y-x) ; false ; false
      \\pi x/x ; true ; open
      (x-x)/(y+1) ; false ; false
      """)
  void constantsAreFound(String quotient, boolean positive, Boolean constant) {
    assertThat(ExactPoints.constant(MathForm.of(quotient).orElseThrow(), positive))
        .isEqualTo(Optional.ofNullable(constant));
  }
}
