package org.striatum.datasets.grading;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.UsageException;

/// Extracts the answer from a completion, normalises it and the reference, and compares the two.
///
/// If a completion gives several answers, the one written last counts.
public enum AnswerGrader implements Grader {
  /// A number: after the last `####`, in the last `\boxed{}`, or otherwise the last in the text. `1,234`, `1234` and
  /// `1234.0` are equal, so are `1/2` and `0.5`; a percent sign and a currency are units and ignored.
  NUMBER,
  /// The content of the last `\boxed{}`, compared as in the MATH evaluations ([LatexText]); numbers compare as numbers.
  LATEX,
  /// The letter of one of several choices.
  CHOICE,
  /// The whole text, without surrounding white space.
  EXACT;

  /// The grader of a printed name.
  ///
  /// @throws UsageException if there is none, listing the graders
  @JsonCreator
  public static AnswerGrader named(String name) {
    return Arrays.stream(values()).filter(grader -> grader.printed().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException("unknown grader '" + name + "': the graders are " + listed()));
  }

  /// The names of all graders, for an error.
  public static String listed() {
    return Arrays.stream(values()).map(AnswerGrader::printed).collect(Collectors.joining(", "));
  }

  /// Its name, as the user writes it.
  @JsonValue
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The normalised answer; empty if the text has none.
  @Override
  public Optional<String> answer(String completion) {
    return switch (this) {
      case NUMBER -> NumberText.answer(completion);
      case LATEX -> LatexText.answer(completion);
      case CHOICE -> ChoiceText.answer(completion);
      case EXACT -> whole(completion);
    };
  }

  /// The normalised reference answer; empty if it is not of this kind.
  public Optional<String> reference(String text) {
    return switch (this) {
      case NUMBER -> NumberText.answer(text);
      case LATEX -> LatexText.reference(text);
      case CHOICE -> ChoiceText.reference(text);
      case EXACT -> whole(text);
    };
  }

  @Override
  public double reward(Problem problem, String completion) {
    Optional<String> given = answer(completion);
    return given.isPresent() && given.equals(reference(problem.answer())) ? 1 : 0;
  }

  private static Optional<String> whole(String text) {
    return Optional.of(text.strip()).filter(stripped -> !stripped.isEmpty());
  }
}
