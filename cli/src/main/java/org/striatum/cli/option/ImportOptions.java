package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.probe.run.UsageException;
import picocli.CommandLine.Option;

/// Completions that are imported instead of generated.
public final class ImportOptions {
  private static final String IMPORT = "--import";

  @Option(names = IMPORT, paramLabel = "FILE", description = "Completions made elsewhere: lm-evaluation-harness --log_samples, vLLM, OpenAI completions or chat completions, .jsonl.")
  private Path imported;

  @Option(names = "--reference", paramLabel = "COL", description = "With --import: the column that --grader compares with (default target or answer).")
  private String reference;

  /// The imported completions, if there are any.
  ///
  /// @throws UsageException if problems are given as well, or neither
  public Optional<ForeignRollouts> read(ProblemOptions problems) throws IOException {
    if (problems.isEmpty() == (imported == null)) {
      throw new UsageException(problems.isEmpty()
          ? "problems are needed: give --tasks, --data or --import"
          : "--import has its own problems: leave out --tasks and --data");
    }
    if (imported == null) {
      ProblemOptions.refuse("--tasks or --data", reference, "--reference");
      return Optional.empty();
    }
    problems.refuseLayout(IMPORT);
    return Optional.of(ForeignRollouts.read(imported, problems.grader(), Optional.ofNullable(reference)));
  }
}
