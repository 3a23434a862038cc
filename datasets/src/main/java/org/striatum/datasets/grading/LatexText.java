package org.striatum.datasets.grading;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.datasets.grading.Expr.Apply;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Name;
import org.striatum.datasets.grading.Expr.Num;
import org.striatum.datasets.grading.Expr.Relation;
import org.striatum.datasets.grading.Expr.Words;
import org.striatum.datasets.grading.TexTokens.Kind;
import org.striatum.datasets.grading.TexTokens.Token;

/// Answers in one written form, without algebra: layout, styles, units and currencies gone, `\frac12` and `1/2` alike, numbers
/// by value, the name before a single `=` left off. After `strip_string` of the MATH evaluation (Hendrycks et al., arXiv
/// 2103.03874, `math_equivalence.py`).
final class LatexText {
  private LatexText() {}

  /// The written form of an answer.
  static String form(String text) {
    return TexParser.parse(text).map(LatexText::named).map(LatexText::text).orElseGet(() -> tokens(text));
  }

  /// Without the short name of what it is: `x = 5` is 5.
  private static Expr named(Expr expr) {
    return expr instanceof Relation relation && MathForm.names(relation)
        && (relation.sides().getFirst() instanceof Name || Expr.is(relation.sides().getFirst(), Head.FUNCTION))
            ? relation.last()
            : expr;
  }

  private static String text(Expr expr) {
    return switch (expr) {
      case Num number -> number.text();
      case Name name -> name.name();
      case Words words -> words.text().toLowerCase(Locale.ROOT);
      case Relation relation -> {
        StringBuilder line = new StringBuilder(text(relation.sides().getFirst()));
        for (int i = 0; i < relation.signs().size(); i++) {
          line.append(' ').append(relation.signs().get(i).name()).append(' ').append(text(relation.sides().get(i + 1)));
        }
        yield line.toString();
      }
      case Apply apply -> quotient(apply).map(Num::text).orElseGet(() -> apply.head() + apply.args().stream()
          .map(LatexText::text).collect(Collectors.joining(", ", "(", ")")));
    };
  }

  /// A fraction of two numbers, or a number with a sign, by value.
  private static Optional<Num> quotient(Apply apply) {
    boolean divided = apply.args().size() == 2 && apply.arg(1) instanceof Apply inverse && inverse.head() == Head.POWER
        && Expr.MINUS_ONE.equals(inverse.arg(1));
    boolean negated = apply.args().size() == 2 && Expr.MINUS_ONE.equals(apply.arg(0));
    boolean numbers = apply.head() == Head.PRODUCT && (divided || negated);
    boolean power = apply.head() == Head.POWER && apply.arg(0) instanceof Num && Expr.MINUS_ONE.equals(apply.arg(1));
    boolean plain = apply.args().stream().allMatch(arg -> arg instanceof Num || (arg instanceof Apply inner
        && quotient(inner).isPresent()));
    return (numbers && plain) || power ? Rational.value(apply) : Optional.empty();
  }

  /// What cannot be read as mathematics: its tokens.
  private static String tokens(String text) {
    return TexTokens.of(text).map(LatexText::joined).orElseGet(text::strip);
  }

  private static String joined(List<Token> tokens) {
    String line = tokens.stream().map(token -> switch (token.kind()) {
      case COMMAND -> "\\" + token.text() + " ";
      case TEXT -> token.text().toLowerCase(Locale.ROOT).replace(" ", "") + " ";
      case NUMBER -> TexParser.number(token.text()).text() + " ";
      case LETTER, SYMBOL -> token.text();
    }).collect(Collectors.joining());
    return line.strip().replaceAll("[.,;:]+$", "").strip();
  }

  /// Whether an answer is a text: words and no mathematics.
  static boolean words(String text) {
    return TexTokens.of(text).filter(tokens -> !tokens.isEmpty() && tokens.stream()
        .allMatch(token -> token.kind() == Kind.TEXT || token.kind() == Kind.LETTER)).isPresent();
  }
}
