package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.striatum.datasets.FileProblems;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.NamedColumns;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.datasets.grading.AnswerGrader;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/// Which problems are asked, or which completions are taken.
final class ProblemOptions {
  @ArgGroup(exclusive = true, multiplicity = "1")
  private Origin origin;

  /// Exactly one of these.
  private static final class Origin {
    @Option(names = "--tasks", paramLabel = "NAME,…", description = "Problem sets: add, mul, mod, expr; with longer operands add-long, mul-long.")
    private String tasks;

    @Option(names = "--data", paramLabel = "FILE", description = "Problems of a .jsonl, .json, .csv, .tsv or .parquet file; GSM8K, MATH, ARC and MMLU columns are recognised.")
    private Path data;

    @Option(names = "--import", paramLabel = "FILE", description = "Completions made elsewhere: lm-evaluation-harness --log_samples, vLLM or OpenAI completions, .jsonl.")
    private Path imported;
  }

  @Option(names = "--columns", paramLabel = "prompt=COL,answer=COL", description = "With --data: which column is what; also id, solution, choices.")
  private String columns;

  @Option(names = "--grader", paramLabel = "NAME", description = "With --data or --import: number, latex, choice or exact (default: the layout's, or the file's own scores).")
  private String grader;

  @Option(names = "--prompt-template", paramLabel = "TEXT", description = "With --data: what stands around {prompt}; \\n is a line end (default: the layout's).")
  private String template;

  @Option(names = "--reference", paramLabel = "COL", description = "With --import: the column that --grader compares with (default target or answer).")
  private String reference;

  /// The completions to take, where some are.
  Optional<ForeignRollouts> imported() throws IOException {
    if (origin.imported == null) {
      return Optional.empty();
    }
    refuse("--import", columns, "--columns");
    refuse("--import", template, "--prompt-template");
    return Optional.of(ForeignRollouts.read(origin.imported, grader(), Optional.ofNullable(reference)));
  }

  /// The sets to ask.
  ///
  /// @param limit of each, where they are read
  List<ProblemSet> sets(int limit) throws IOException {
    refuse(origin.tasks == null ? "--data" : "--tasks", reference, "--reference");
    if (origin.tasks == null) {
      return List.of(FileProblems.read(origin.data, new FileProblems.Options(
          Optional.ofNullable(columns).map(NamedColumns::parse), grader(),
          Optional.ofNullable(template).map(text -> text.replace("\\n", "\n").replace("\\t", "\t"))), limit));
    }
    refuse("--tasks", columns, "--columns");
    refuse("--tasks", grader, "--grader");
    refuse("--tasks", template, "--prompt-template");
    return ProblemSets.named(origin.tasks);
  }

  private Optional<AnswerGrader> grader() {
    return Optional.ofNullable(grader).map(AnswerGrader::named);
  }

  private static void refuse(String with, String value, String option) {
    if (value != null) {
      throw new IllegalArgumentException(option + " says nothing beside " + with + ": leave it out");
    }
  }
}
