package org.striatum.studies.answer;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.probe.stats.Verdict;

/// One sentence about all cases of a question: the verdict that is told first as a clause, the others behind it, each with its cases and
/// their figures. The same on the command line and in reports.
public final class CaseSentence {
  /// In which order a sentence tells its verdicts.
  private static final List<Verdict> TOLD = List.of(Verdict.YES, Verdict.NO, Verdict.UNDECIDED, Verdict.NOT_TESTED);

  private CaseSentence() {}

  /// One case.
  ///
  /// @param of its name, such as a task; null where it is about several, which the sentence does not name
  /// @param figure what the verdict stands on; empty where there is none
  /// @param named what the figure is; empty where that needs no word
  public record Case(String of, Verdict verdict, String figure, String named) {
    private String printed(boolean first) {
      return of + (figure.isEmpty() ? "" : " (" + (first && !named.isEmpty() ? named + ": " : "") + figure + ")");
    }
  }

  /// The sentence, without its full stop.
  ///
  /// @param clause each verdict as a clause that begins with a small letter
  public static String of(Function<Verdict, String> clause, List<Case> cases) {
    List<Verdict> given = TOLD.stream().filter(verdict -> cases.stream().anyMatch(one -> one.verdict == verdict))
        .toList();
    if (given.isEmpty()) {
      return capital(clause.apply(Verdict.NOT_TESTED));
    }
    Verdict first = given.getFirst();
    return Stream.concat(Stream.of(capital(clause.apply(first)) + where(cases, first, true)),
        given.stream().skip(1).map(verdict -> verdict.printed() + where(cases, verdict, first == Verdict.NOT_TESTED)))
        .collect(Collectors.joining("; "));
  }

  /// ` on mul (AUROC: 0.715 [0.666 to 0.762]) and add (0.585 [0.534 to 0.636])`.
  ///
  /// @param named whether the first figure says what it is
  private static String where(List<Case> cases, Verdict verdict, boolean named) {
    List<Case> told = cases.stream().filter(one -> one.verdict == verdict && Objects.nonNull(one.of)).toList();
    return told.isEmpty()
        ? ""
        : " on " + listed(told.stream().map(one -> one.printed(named && one.equals(told.getFirst()))).toList());
  }

  /// `a, b and c`.
  ///
  /// @param items at least one
  public static String listed(List<String> items) {
    int last = items.size() - 1;
    return last < 1 ? items.getFirst() : String.join(", ", items.subList(0, last)) + " and " + items.get(last);
  }

  private static String capital(String clause) {
    return Character.toUpperCase(clause.charAt(0)) + clause.substring(1);
  }
}
