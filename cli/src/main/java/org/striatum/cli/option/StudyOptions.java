package org.striatum.cli.option;

import java.io.IOException;
import java.util.Stack;
import org.striatum.datasets.ProblemSets;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/// How thorough a study is, step by step.
public final class StudyOptions {
  @Option(names = "--effort", paramLabel = "quick|standard", defaultValue = "standard", description = "quick: minutes for a small model; standard: every command's defaults (default).")
  private Effort effort;

  @Option(names = "--probe", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum probe` beside the effort's, in quotes.")
  private String probe;

  @Option(names = "--dopamine", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum dopamine` likewise.")
  private String dopamine;

  @Option(names = "--ablate", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum ablate` likewise.")
  private String ablate;

  @Option(names = "--search", paramLabel = "OPTIONS", defaultValue = "", parameterConsumer = Words.class, description = "Options of `striatum search` likewise.")
  private String search;

  /// Those of an effort, with nothing beside it.
  public static StudyOptions of(Effort effort) {
    StudyOptions options = CommandLine.populateCommand(new StudyOptions());
    options.effort = effort;
    return options;
  }

  public Effort effort() {
    return effort;
  }

  public ProbeStep probe(long seed) {
    return parsed("--probe", new ProbeOptions(), effort.probe(), probe).step(seed);
  }

  public DopamineOptions dopamine() {
    return parsed("--dopamine", new DopamineOptions(), effort.dopamine(), dopamine);
  }

  public InterventionOptions ablation() {
    return parsed("--ablate", new InterventionOptions(), effort.ablate(), ablate);
  }

  public SearchOptions search() {
    return parsed("--search", new SearchOptions(), effort.search(), search);
  }

  /// Refuses what a step would refuse, before hours of work and not after.
  ///
  /// @throws IllegalArgumentException naming the option
  public void check(long seed) throws IOException {
    ProbeStep probe = probe(seed);
    dopamine().step(probe, seed, 1);
    ablation().settings(true, seed);
    search().step(probe, ProblemSets::grader, seed, 1);
  }

  /// Later options win.
  private static <T> T parsed(String name, T options, String first, String then) {
    String[] words = (first + " " + then).strip().split("\\s+");
    try {
      new CommandLine(options).setOverwrittenOptionsAllowed(true)
          .parseArgs(words.length == 1 && words[0].isEmpty() ? new String[0] : words);
    } catch (ParameterException refused) {
      throw new IllegalArgumentException("in " + name + ": " + refused.getMessage(), refused);
    }
    return options;
  }

  /// Takes the next word whatever it begins with: options of another command look like this one's.
  static final class Words implements IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
      if (words.isEmpty()) {
        throw new ParameterException(command.commandLine(), "give a command's options in quotes, found nothing");
      }
      option.setValue(words.pop());
    }
  }
}
