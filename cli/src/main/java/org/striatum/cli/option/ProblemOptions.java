package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.striatum.datasets.FileProblems;
import org.striatum.datasets.NamedColumns;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.registration.Plan.AskedProblems;
import picocli.CommandLine.Option;

/// The problems: generated sets, sets read from files, or both.
public final class ProblemOptions {
  private static final String ALONE = "{prompt}";

  @Option(names = "--tasks", paramLabel = "NAME,…", description = "Problem sets: add, mul, mod, expr; with prompts of one length add-fixed, mul-fixed, mod-fixed, expr-fixed; with longer operands add-long, mul-long.")
  private String tasks;

  @Option(names = "--data", paramLabel = "FILE", description = "Problems of a .jsonl, .json, .csv, .tsv or .parquet file; GSM8K, MATH, ARC and MMLU columns are recognised. May be given several times.")
  private List<Path> data = List.of();

  @Option(names = "--columns", paramLabel = "prompt=COL,answer=COL", description = "With --data: names of the columns; also id, solution, choices.")
  private String columns;

  @Option(names = "--grader", paramLabel = "NAME", description = "How the answers of a file are compared: number, math, latex, choice or exact (default: that of the layout, or the scores in the file).")
  private String grader;

  @Option(names = "--prompt-template", paramLabel = "TEXT", description = "With --data: the text around {prompt}; \\n is a line end, \\\\ a backslash (default: that of the layout).")
  private String template;

  /// The options that a plan was made with; the files where they lay then, or beside the plan.
  ///
  /// @param moved files that are given in place of them; may be empty
  /// @throws UsageException if a file is at neither place
  public static ProblemOptions of(AskedProblems asked, Path plan, List<Path> moved) {
    ProblemOptions options = new ProblemOptions();
    options.tasks = asked.sets();
    options.columns = asked.columns();
    options.grader = asked.grader();
    options.template = asked.template();
    options.data = moved.isEmpty() ? asked.files().stream().map(file -> found(file, plan)).toList() : moved;
    return options;
  }

  private static Path found(String file, Path plan) {
    Path beside = plan.toAbsolutePath().resolveSibling(Path.of(file).getFileName().toString());
    return Stream.of(Path.of(file), beside).filter(Files::isRegularFile).findFirst()
        .orElseThrow(() -> new UsageException(
            "the plan's problems are in " + file + ", which is not there: give the file with --data"));
  }

  /// What the options say, for a plan.
  ///
  /// @param otherwise names of the sets if none is given; may be null
  /// @param examples file of worked examples; may be null
  public AskedProblems asked(String otherwise, Path examples) {
    return new AskedProblems(isEmpty() ? otherwise : tasks, data.stream().map(Path::toString).toList(), columns, grader,
        template, examples == null ? null : examples.toString());
  }

  /// Whether none are given.
  public boolean isEmpty() {
    return tasks == null && data.isEmpty();
  }

  /// The problem sets.
  ///
  /// @param otherwise names of the sets if none is given; may be null
  /// @throws UsageException if none is given, there is no such set, or two have the same name
  ///
  /// @param chat whether questions are messages, without a text around them
  public List<ProblemSet> sets(String otherwise, boolean chat) throws IOException {
    if (data.isEmpty()) {
      refuseLayout("--tasks");
      refuse("--tasks", grader, "--grader");
    }
    String drawn = isEmpty() ? otherwise : tasks;
    List<ProblemSet> sets = new ArrayList<>();
    if (drawn != null) {
      sets.addAll(ProblemSets.named(drawn));
    }
    for (Path file : data) {
      sets.add(read(file, chat));
    }
    Set<String> names = new HashSet<>();
    for (ProblemSet set : sets) {
      if (!names.add(set.name())) {
        throw new UsageException(
            "problem sets must have distinct names, found '" + set.name() + "' twice: rename a file");
      }
    }
    return sets;
  }

  /// Problems of a file, read as the options say. Of more than are asked for a seed draws, so that all are read.
  ProblemSet read(Path file, boolean chat) throws IOException {
    Optional<String> around = Optional.ofNullable(template).map(PromptOptions::unescaped);
    return FileProblems.read(file, new FileProblems.Options(Optional.ofNullable(columns).map(NamedColumns::parse),
        grader(), chat ? around.or(() -> Optional.of(ALONE)) : around), Integer.MAX_VALUE);
  }

  /// The files of problems.
  public List<Path> files() {
    return data;
  }

  /// The name of the set that was read from a file.
  String named(List<ProblemSet> sets, Path file) {
    return sets.get(sets.size() - data.size() + data.indexOf(file)).name();
  }

  public Optional<AnswerGrader> grader() {
    return Optional.ofNullable(grader).map(AnswerGrader::named);
  }

  /// Refuses options about the layout of a file of problems if there is no such file.
  public void refuseLayout(String given) {
    refuse(given, columns, "--columns");
    refuse(given, template, "--prompt-template");
  }

  public static void refuse(String with, String value, String option) {
    if (value != null) {
      throw new UsageException(option + " has no effect with " + with + ": leave it out");
    }
  }
}
