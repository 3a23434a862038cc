package org.striatum.cli.option;

import java.util.function.Function;
import org.striatum.probe.rollout.Grader;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Option;

/// How answers are searched for.
public final class SearchOptions {
  @Option(names = "-k", paramLabel = "K", defaultValue = "8", description = "Candidates of each step (default 8).")
  private int candidates;

  @Option(names = "--problems", paramLabel = "N", defaultValue = "100", description = "Test problems of each dataset, at most (default 100).")
  private int problems;

  @Option(names = "--step", paramLabel = "newline|paragraph|REGEX", defaultValue = "newline", description = "What ends a step (default newline).")
  private String step;

  @Option(names = "--step-tokens", paramLabel = "N", defaultValue = "24", description = "Most tokens of a candidate step (default 24).")
  private int stepTokens;

  /// The step these options name.
  ///
  /// @param probe the run's, whose split is used
  /// @param graders dataset → its grader
  public SearchStep step(ProbeStep probe, Function<String, Grader> graders, long seed, int batchSize) {
    return new SearchStep(probe, graders, problems, candidates, stepTokens, step, seed, batchSize);
  }
}
