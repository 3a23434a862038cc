package org.striatum.datasets.grading;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// Reads the answer off a completion, brings it and the reference to one form, and compares the two.
///
/// Where a completion gives several answers, the one written last counts.
public enum AnswerGrader implements Grader {
  /// A number: behind the last `####`, in the last `\boxed{}`, or else the last in the text. `1,234`, `1234` and `1234.0`
  /// are equal, so are `1/2` and `0.5`; a percent sign and a currency are units and say nothing.
  NUMBER,
  /// What stands in the last `\boxed{}`, compared as the MATH evaluations do ([LatexText]); numbers compare as numbers.
  LATEX,
  /// The letter of one of several choices.
  CHOICE,
  /// The whole text but for white space around it.
  EXACT;

  /// The grader that `--grader` calls so.
  ///
  /// @throws IllegalArgumentException if there is none, listing those there are
  @JsonCreator
  public static AnswerGrader named(String name) {
    return Arrays.stream(values()).filter(grader -> grader.printed().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown grader '" + name + "': the graders are "
            + Arrays.stream(values()).map(AnswerGrader::printed).collect(Collectors.joining(", "))));
  }

  /// What `--grader` calls it.
  @JsonValue
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The answer in the form that is compared; empty where the text holds none.
  @Override
  public Optional<String> answer(String completion) {
    return switch (this) {
      case NUMBER -> NumberText.answer(completion);
      case LATEX -> LatexText.answer(completion);
      case CHOICE -> ChoiceText.answer(completion);
      case EXACT -> whole(completion);
    };
  }

  /// A reference answer in the form that is compared; empty where it is none of this kind.
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
