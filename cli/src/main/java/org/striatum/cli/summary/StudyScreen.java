package org.striatum.cli.summary;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Screen;
import org.striatum.cli.console.ScreenText;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.MoreProblems;
import org.striatum.studies.Unasked;
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

  /// What stands above and below the answers.
  ///
  /// @param asked problems, tasks and seed
  /// @param more what would decide what is undecided; empty where that is not known
  /// @param planned whether a plan tells the study, so that another plan must
  /// @param unasked the questions that the study did not put
  /// @param run the folder
  public record Surroundings(String asked, Optional<MoreProblems> more, boolean planned, List<Unasked> unasked,
      Path run) {
    public Surroundings {
      unasked = List.copyOf(unasked);
    }
  }

  public void print(Answers answers, Surroundings around) {
    lines(answers, around).forEach(console::print);
  }

  /// On a terminal that is narrower than usual everything is told that a wide one has room for, in as many lines as it takes.
  private List<String> lines(Answers answers, Surroundings around) {
    Screen screen = console.screen();
    Screen roomy = screen.width() < Screen.USUAL ? new Screen(Screen.WIDEST, screen.colours()) : screen;
    return lines(answers, around, new StudyScreen(console.on(roomy)).best(answers, around));
  }

  /// What of the answers is told.
  ///
  /// @param decides whether there is room for what would decide the undecided
  private record Told(MatrixLines.Form form, boolean decides) {}

  /// What has room.
  private Told best(Answers answers, Surroundings around) {
    AnswerMatrix matrix = AnswerMatrix.of(answers.checkpoint());
    int room = LINES - lines(answers, around, new Told(null, false)).size();
    MatrixLines found = new MatrixLines(matrix, console.screen());
    MatrixLines.Form form = found.best(room);
    return new Told(form, found.in(form).size() + decides(matrix).size() <= room);
  }

  private List<String> decides(AnswerMatrix matrix) {
    return told("To decide what is undecided: ", StudyConclusion.of(matrix).decides());
  }

  /// @param told without a form, everything but the matrix
  private List<String> lines(Answers answers, Surroundings around, Told told) {
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
    verdict.addAll(told("Not tested: ", conclusion.untested()));
    verdict.addAll(told("Power of each no: ", conclusion.power()));
    if (told.decides) {
      verdict.addAll(decides(matrix));
    }
    List<String> lines = new ArrayList<>(head);
    if (told.form != null) {
      lines.addAll(new MatrixLines(matrix, console.screen()).in(told.form));
    }
    lines.addAll(notes(matrix, around));
    lines.add("");
    lines.addAll(verdict);
    lines.add("");
    lines.addAll(tail(answers, around));
    return lines;
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
  private List<String> notes(AnswerMatrix matrix, Surroundings around) {
    List<String> notes = new ArrayList<>();
    matrix.asked().stream().flatMap(row -> row.figure().stream()).filter(name -> name.contains(", "))
        .map(name -> name.split(", ", 2)[1]).distinct()
        .forEach(detail -> notes.addAll(wrapped("Figures about the value code: " + detail + ".")));
    if (!around.unasked().isEmpty()) {
      notes.addAll(wrapped("Not asked: " + unasked(around) + "."));
    }
    return notes;
  }

  /// Reason by reason, each with what would ask.
  private static String unasked(Surroundings around) {
    SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
    around.unasked().forEach(one -> groups.computeIfAbsent(how(one, shell(around.run())), _ -> new ArrayList<>())
        .add(one.question().label()));
    return groups.entrySet().stream().map(group -> CaseSentence.listed(group.getValue()) + " (" + group.getKey() + ")")
        .collect(Collectors.joining("; "));
  }

  private static String how(Unasked one, String run) {
    return switch (one.reason()) {
      case OWN_COMMAND -> one.question() == Question.ADAPTATION
          ? "not part of a study: striatum gate CKPT --mode TASK -o " + run
          : "not part of a study: striatum surprise " + run;
      case OTHER_CHECKPOINT -> "takes another checkpoint: --with CKPT";
      case OTHER_TASK -> "takes a second task: --tasks or --data";
      case NOTHING_TO_STUDY -> "left out: " + (one.why().isEmpty() ? "nothing in this run to ask it of" : one.why());
    };
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
