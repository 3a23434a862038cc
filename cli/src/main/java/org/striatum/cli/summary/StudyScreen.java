package org.striatum.cli.summary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ScreenText;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.MoreProblems;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.CaseSentence;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyConclusion;

/// What a full study came to, on one screen: question, matrix of answers, verdict and power, what to do next, where files lie.
///
/// @param console where it goes
public record StudyScreen(Console console) {
  /// The most lines for a few tasks on a terminal of 80 columns and more. The verdict is never cut: for dozens of tasks, or on a narrower
  /// terminal, it takes more.
  public static final int LINES = 40;

  /// Columns of a usual terminal.
  private static final int USUAL = 80;

  /// What stands above and below the answers.
  ///
  /// @param asked problems, tasks and seed
  /// @param more what would decide what is undecided; empty where that is not known
  /// @param planned whether a plan tells the study, so that another plan must
  /// @param run the folder
  public record Surroundings(String asked, Optional<MoreProblems> more, boolean planned, Path run) {}

  public void print(Answers answers, Surroundings around) {
    lines(answers, around).forEach(console::print);
  }

  private List<String> lines(Answers answers, Surroundings around) {
    AnswerMatrix matrix = AnswerMatrix.of(answers.checkpoint());
    StudyConclusion conclusion = StudyConclusion.of(matrix);
    List<String> head = new ArrayList<>(wrapped(conclusion.question()));
    head.addAll(wrapped(around.asked()));
    if (answers.plan() != null) {
      head.addAll(wrapped(answers.plan().printed()));
    }
    head.add("");
    List<String> verdict = new ArrayList<>(wrapped(conclusion.carries()));
    verdict.addAll(wrapped(conclusion.uses()));
    verdict.addAll(told("Power of each no: ", conclusion.power()));
    List<String> decides = told("To decide what is undecided: ", conclusion.decides());
    List<String> tail = tail(answers, around);
    List<String> notes = notes(matrix);
    int room = room() - head.size() - notes.size() - verdict.size() - tail.size() - 2;
    List<String> found = new MatrixLines(matrix, console.screen()).within(room);
    if (found.size() + decides.size() <= room) {
      verdict.addAll(decides);
    }
    List<String> lines = new ArrayList<>(head);
    lines.addAll(found);
    lines.addAll(notes);
    lines.add("");
    lines.addAll(verdict);
    lines.add("");
    lines.addAll(tail);
    return lines;
  }

  private int room() {
    int width = console.screen().width();
    return width >= USUAL ? LINES : LINES * USUAL / width;
  }

  private List<String> tail(Answers answers, Surroundings around) {
    List<String> tail = new ArrayList<>(others(answers));
    around.more().ifPresent(more -> tail.addAll(more(more, around.planned())));
    String reasons = "every answer with its reasons: striatum show " + shell(around.run());
    String report = "report: " + around.run().resolve("report.html");
    String both = reasons + " · " + report;
    if (ScreenText.width(ScreenText.visible(both)) <= console.screen().width()) {
      tail.add(ScreenText.visible(both));
    } else {
      tail.addAll(wrapped(reasons));
      tail.addAll(wrapped(report));
    }
    return tail;
  }

  /// What is behind the figures of several rows, and what nobody asked.
  private List<String> notes(AnswerMatrix matrix) {
    List<String> notes = new ArrayList<>();
    matrix.asked().stream().flatMap(row -> row.figure().stream()).filter(name -> name.contains(", "))
        .map(name -> name.split(", ", 2)[1]).distinct()
        .forEach(detail -> notes.addAll(wrapped("Figures about the value code: " + detail + ".")));
    if (!matrix.unasked().isEmpty()) {
      notes.addAll(wrapped("Not asked: " + matrix.unasked().stream().map(Question::label)
          .collect(Collectors.joining(", ")) + "."));
    }
    return notes;
  }

  private List<String> others(Answers answers) {
    if (answers.beside().isEmpty()) {
      return List.of();
    }
    return wrapped("Other checkpoints: " + answers.beside().stream().map(one -> one.checkpoint())
        .collect(Collectors.joining(", ")) + " (their answers beside these: striatum show).");
  }

  /// The options that ask for as many problems as decide. `--limit` counts all problems of a task, so that the sentence says how many
  /// of them are test problems.
  private List<String> more(MoreProblems more, boolean planned) {
    List<String> with = new ArrayList<>();
    if (!more.lacking().isEmpty()) {
      with.add("about %d problems of %s".formatted(more.problems(), more.lacking().entrySet().stream()
          .map(task -> task.getKey() + " (it has " + task.getValue() + ")").collect(Collectors.joining(", "))));
    }
    if (more.isLarger()) {
      with.add("--limit %d (all problems of a task, %d of them test problems)".formatted(more.problems(),
          more.tested()));
    }
    more.raised().forEach((limit, least) -> with.add(option(limit).formatted(least)));
    return with.isEmpty()
        ? List.of()
        : wrapped("next: %s with %s, in another folder, decides what more problems can decide".formatted(
            planned ? "a plan" : "the same", CaseSentence.listed(with)));
  }

  private static String option(MoreProblems.Limit limit) {
    return switch (limit) {
      case ATTEMPTS -> "--attempts %d in --ablate";
      case SOLUTIONS -> "--solutions %d in --ablate";
      case CONTINUED -> "--rollouts %d in --dopamine";
    };
  }

  /// As a shell takes it.
  private static String shell(Path path) {
    String name = path.toString();
    return name.matches("[\\w./+=@%:,-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
  }

  private List<String> told(String head, String text) {
    return text.isEmpty() ? List.of() : wrapped(head + text + ".");
  }

  private List<String> wrapped(String text) {
    return ScreenText.wrapped(ScreenText.visible(text), console.screen().width(), "  ");
  }
}
