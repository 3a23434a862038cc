package org.striatum.datasets.grading;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Unread;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.UsageException;

/// Reads the answer of a completion ([WrittenAnswer] says which one) and compares it with the reference.
///
/// Each has a version. It is raised with every change by which any completion could get another reward or another answer could be
/// read, in the grader itself or in what it stands on ([Reading], [WrittenAnswer]): `GraderVersionTest` holds the answers to it.
public enum AnswerGrader implements Grader, Printed {
  /// Numbers by value: sign, thousands, decimals, fractions, mixed numbers, powers of ten; units, currencies and percent signs
  /// are left off. A number directly behind `####` ends the answer.
  NUMBER(10),
  /// Mathematical objects ([MathComparison]).
  MATH(10),
  /// Written forms ([LatexText]), numbers by value; no algebra.
  LATEX(10),
  /// The letter of one of several choices ([ChoiceText]).
  CHOICE(10),
  /// The whole text, without surrounding white space; `True` of Python is `true` of JSON.
  EXACT(4);

  private static final Pattern LETTER = Pattern.compile("\\(?[A-J]\\)?");

  private static final Pattern TRUTH = Pattern.compile("[Tt]rue|[Ff]alse");

  private final int version;

  AnswerGrader(int version) {
    this.version = version;
  }

  /// The grader of a printed name.
  ///
  /// @throws UsageException if there is none, listing the graders
  @JsonCreator
  public static AnswerGrader named(String name) {
    return Arrays.stream(values()).filter(grader -> grader.printed().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException("unknown grader '" + name + "': the graders are " + listed()
            + NearestNames.meant(name, Arrays.stream(values()).map(AnswerGrader::printed).toList())));
  }

  /// The names of all graders, for an error.
  public static String listed() {
    return Arrays.stream(values()).map(AnswerGrader::printed).collect(Collectors.joining(", "));
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Of its answers.
  public int version() {
    return version;
  }

  /// The answer in the form that equal answers share as far as a form can, for counting votes; empty if the text has none.
  public Optional<String> answer(String completion) {
    return Reading.USUAL.graded(completion).flatMap(text -> limited(text, this::read)).map(this::form);
  }

  @Override
  public Optional<String> answer(Problem problem, String completion) {
    return answer(completion);
  }

  /// The same for a reference answer; empty if it is not of this kind.
  public Optional<String> reference(String text) {
    return expected(text).map(this::form);
  }

  /// What a text of bounded length and work is read as; empty beyond, as where nothing is read.
  private static Optional<String> limited(String text, Function<String, Optional<String>> read) {
    try {
      return text.length() > ReadingWork.LONGEST ? Optional.empty() : ReadingWork.within(() -> read.apply(text));
    } catch (ReadingWork.ExceededException _) {
      return Optional.empty();
    }
  }

  /// Grades a completion as a model wrote it. One that is beyond what is read says so ([Unread]).
  ///
  /// @param reference the right answer, alone or in a solution
  public Grade grade(String reference, String completion, Reading reading) {
    return grade(reference, completion, reading, false);
  }

  /// The same where it is known whether the token limit cut the completion off.
  Grade grade(String reference, String completion, Reading reading, boolean cutOff) {
    Optional<String> graded = reading.graded(completion);
    if (graded.isPresent() && graded.get().length() > ReadingWork.LONGEST) {
      return Grade.unread(Unread.TOO_LONG);
    }
    try {
      return compared(reference, graded.flatMap(text -> ReadingWork
          .within(() -> cutOff && completion.endsWith(text) ? readWithin(text) : read(text))));
    } catch (ReadingWork.ExceededException _) {
      return Grade.unread(Unread.TOO_MUCH_WORK);
    }
  }

  private Grade compared(String reference, Optional<String> read) {
    Optional<String> expected = expected(reference);
    if (read.isEmpty() || expected.isEmpty()) {
      return new Grade(0, read, false);
    }
    return this == MATH
        ? MathText.graded(expected.get(), read.get(), new Algebra(MathText.LIMIT))
        : new Grade(form(expected.get()).equals(form(read.get())) ? 1 : 0, read, false);
  }

  @Override
  public Grade grade(Problem problem, String completion) {
    return grade(problem.answer(), completion, Reading.USUAL);
  }

  @Override
  public Grade grade(Problem problem, String completion, boolean cutOff) {
    return grade(problem.answer(), completion, Reading.USUAL, cutOff);
  }

  @Override
  public double reward(Problem problem, String completion) {
    return grade(problem, completion).reward();
  }

  /// The answer as it is written.
  private Optional<String> read(String completion) {
    return switch (this) {
      case NUMBER -> NumberText.answer(completion);
      case MATH, LATEX -> WrittenAnswer.of(completion);
      case CHOICE -> ChoiceText.answer(completion);
      case EXACT -> whole(completion);
    };
  }

  /// Of a text that broke off: not one that what is open at its end takes part in. A whole text has no end of its own.
  private Optional<String> readWithin(String text) {
    Optional<String> read = read(text);
    return this == EXACT ? read : read.filter(answer -> read(BrokenOff.settled(text)).filter(answer::equals).isPresent());
  }

  private Optional<String> expected(String reference) {
    return limited(reference, this::readReference);
  }

  private Optional<String> readReference(String reference) {
    return switch (this) {
      case NUMBER -> NumberText.answer(reference);
      case MATH, LATEX -> WrittenAnswer.reference(reference);
      case CHOICE -> ChoiceText.reference(reference);
      case EXACT -> whole(reference);
    };
  }

  private String form(String read) {
    return switch (this) {
      case NUMBER -> NumberText.form(read);
      case MATH -> MathText.normalised(read);
      case LATEX -> LatexText.form(read);
      case CHOICE -> read;
      case EXACT -> TRUTH.matcher(read).matches() ? read.toLowerCase(Locale.ROOT) : read;
    };
  }

  /// The grader that fits reference answers: letters, numbers, mathematics, or else text.
  public static AnswerGrader fitting(List<String> answers) {
    if (most(answers, answer -> LETTER.matcher(answer.strip()).matches())) {
      return CHOICE;
    }
    if (most(answers, answer -> NumberText.value(answer.strip()).isPresent() || NumberText.marked(answer).isPresent())) {
      return NUMBER;
    }
    return most(answers, answer -> WrittenAnswer.boxed(answer).isPresent() || mathematical(answer)) ? MATH : EXACT;
  }

  private static boolean most(List<String> answers, Predicate<String> fits) {
    return answers.stream().filter(fits).count() > 0.9 * answers.size();
  }

  /// Whether a text is mathematics as a whole, and not a word.
  private static boolean mathematical(String answer) {
    return !WrittenAnswer.prose(answer) && !LatexText.words(answer) && TexParser.parse(answer).isPresent();
  }

  /// The content of a solution's last box; empty if none closes.
  public static Optional<String> boxed(String solution) {
    return WrittenAnswer.boxed(solution);
  }

  private static Optional<String> whole(String text) {
    return Optional.of(text.strip()).filter(stripped -> !stripped.isEmpty());
  }
}
