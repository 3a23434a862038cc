package org.striatum.cli.option;

import org.striatum.studies.uses.SearchSettings;
import picocli.CommandLine.Option;

/// Options of the search for answers.
public final class SearchOptions implements SettingOptions<SearchSettings> {
  @Option(names = "-k", paramLabel = "K", description = "Candidates of each step (default 8).")
  private Integer candidates;

  @Option(names = "--problems", paramLabel = "N", description = "Maximum number of test problems per dataset (default 100).")
  private Integer problems;

  @Option(names = "--step", paramLabel = "newline|paragraph|think-end|REGEX", description = "What ends a step (default newline).")
  private String step;

  @Option(names = "--step-tokens", paramLabel = "N", description = "Maximum number of tokens of a candidate step (default 24).")
  private Integer stepTokens;

  @Override
  public SearchSettings over(SearchSettings settings) {
    return settings.withCandidates(Given.or(candidates, settings.candidates()))
        .withProblems(Given.or(problems, settings.problems())).withStep(Given.or(step, settings.step()))
        .withStepTokens(Given.or(stepTokens, settings.stepTokens()));
  }
}
