package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ScreenText;
import org.striatum.cli.option.DecimalCommas;
import org.striatum.cli.option.Mistyped;
import org.striatum.studies.StudyRegistry;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/// The study of a bundled checkpoint: `striatum study` with the options of a preset.
@Command(name = "demo", description = "Study a bundled checkpoint: value and dopamine neurons, two minutes on a laptop. Options of `striatum study` are taken too, over the demo's own.", footer = {
    "", "Example: striatum demo", "Example: striatum demo --planted"})
final class DemoCommand implements Callable<Integer> {
  private final Console console;
  private final StudyRegistry registry;

  @Option(names = "--planted", description = "Study a model whose value neurons are known, because its weights were made by hand: what is said when something is there.")
  private boolean planted;

  @Option(names = "--limit", paramLabel = "N", description = "Problems of each task (default 1500, planted 600).")
  private Integer limit;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of everything random (default 1).")
  private Long seed;

  @Option(names = {"-o",
      "--output"}, paramLabel = "RUN", description = "Run folder (default striatum-demo, planted striatum-demo-planted).")
  private Path output;

  @Spec
  private CommandSpec spec;

  @Unmatched
  private List<String> others = new ArrayList<>();

  DemoCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  @Override
  public Integer call() throws IOException {
    long started = System.nanoTime();
    DemoPreset preset = planted ? DemoPreset.PLANTED : DemoPreset.TRAINED;
    StudyCommand study = new StudyCommand(console, registry);
    CommandLine line = new CommandLine(study, new CommandFactory(console, registry))
        .setOverwrittenOptionsAllowed(true).setCaseInsensitiveEnumValuesAllowed(true);
    try {
      DecimalCommas.refuse(line.parseArgs(arguments(preset).toArray(String[]::new)));
    } catch (ParameterException refused) { // what is no option of this command is said to be none of both
      throw new ParameterException(spec.commandLine(), Mistyped.explained(refused, spec), refused);
    }
    int code = study.call();
    if (!study.isJson()) {
      preset.truth()
          .ifPresent(truth -> ScreenText.wrapped(truth, console.screen().width(), "  ").forEach(console::print));
    }
    console.note("demo: done in %.0f s".formatted((System.nanoTime() - started) / 1e9));
    return code;
  }

  private List<String> arguments(DemoPreset preset) {
    List<String> all = new ArrayList<>(preset.arguments(Path.of(System.getProperty("striatum.home", "."))));
    if (limit != null) {
      all.addAll(List.of("--limit", limit.toString()));
    }
    if (seed != null) {
      all.addAll(List.of("--seed", seed.toString()));
    }
    if (output != null) {
      all.addAll(List.of("--output", output.toString()));
    }
    all.addAll(others);
    return all;
  }
}
