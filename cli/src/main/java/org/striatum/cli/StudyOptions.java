package org.striatum.cli;

import org.striatum.cli.step.ProbeStep;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// How thorough a study is, step by step.
final class StudyOptions {
  @Option(names = "--effort", paramLabel = "quick|standard", defaultValue = "standard", description = "quick: minutes for a small model; standard: every command's defaults (default).")
  private Effort effort;

  @Option(names = "--probe", paramLabel = "OPTIONS", defaultValue = "", description = "Options of `striatum probe` beside the effort's, in quotes.")
  private String probe;

  @Option(names = "--dopamine", paramLabel = "OPTIONS", defaultValue = "", description = "Options of `striatum dopamine` likewise.")
  private String dopamine;

  @Option(names = "--ablate", paramLabel = "OPTIONS", defaultValue = "", description = "Options of `striatum ablate` likewise.")
  private String ablate;

  @Option(names = "--search", paramLabel = "OPTIONS", defaultValue = "", description = "Options of `striatum search` likewise.")
  private String search;

  /// Those of an effort, with nothing beside it.
  static StudyOptions of(Effort effort) {
    StudyOptions options = CommandLine.populateCommand(new StudyOptions());
    options.effort = effort;
    return options;
  }

  Effort effort() {
    return effort;
  }

  ProbeStep probe(long seed) {
    return parsed("--probe", new ProbeOptions(), effort.probe(), probe).step(seed);
  }

  DopamineOptions dopamine() {
    return parsed("--dopamine", new DopamineOptions(), effort.dopamine(), dopamine);
  }

  InterventionOptions ablation() {
    return parsed("--ablate", new InterventionOptions(), effort.ablate(), ablate);
  }

  SearchOptions search() {
    return parsed("--search", new SearchOptions(), effort.search(), search);
  }

  /// Later options win.
  private static <T> T parsed(String name, T options, String first, String then) {
    String[] words = (first + " " + then).strip().split("\\s+");
    try {
      new CommandLine(options).setOverwrittenOptionsAllowed(true)
          .parseArgs(words.length == 1 && words[0].isEmpty() ? new String[0] : words);
    } catch (CommandLine.ParameterException refused) {
      throw new IllegalArgumentException("in " + name + ": " + refused.getMessage(), refused);
    }
    return options;
  }
}
