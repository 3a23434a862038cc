package org.striatum.cli;

import java.io.IOException;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.SearchOptions;
import org.striatum.cli.summary.UsesSummary;
import org.striatum.probe.uses.SearchResults;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.uses.SearchSettings;
import org.striatum.studies.uses.SearchStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Searches by steps, scored by value.
@Command(name = "search", description = "Answer test problems step by step, keeping the step of highest value, and compare with random choice, majority and best of K.", footer = {
    "", "Example: striatum search run -k 8 --problems 100"})
final class SearchCommand extends ModelRunCommand<SearchSettings, SearchResults> {
  @Mixin
  private SearchOptions options;

  SearchCommand(Console console) {
    super(console, SearchStep.STUDY);
  }

  @Override
  SearchSettings settings(SearchSettings settings, RunFolder run) throws IOException {
    return Given.checked(() -> options.over(settings));
  }

  @Override
  void print(Console out, SearchResults results) {
    new UsesSummary(out).print(results);
  }
}
