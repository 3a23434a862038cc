package org.striatum.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.NtaOptions;
import org.striatum.cli.summary.NtaSummary;
import org.striatum.peft.nta.experiment.NtaPlan;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.reports.nta.NtaReport;
import org.striatum.studies.nta.NtaStep;
import org.striatum.studies.nta.NtaStepSettings;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Experiments with networks whose paths have fast, bounded gates.
@Command(name = "nta", description = "Neural task abstraction: fast, bounded, non-negative gates in a network with alternating tasks. Without an experiment, lists the experiments.", footer = {
    "", "Example: striatum nta flexible --seeds 10 -o run",
    "Finished seeds are kept: run it again to continue, or with more --seeds to add seeds."})
final class NtaCommand implements Callable<Integer> {
  private static final int SEEDS = 10;
  private static final int SEEDS_OF_A_RATE = 100;

  private final Console console;

  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "EXPERIMENT", arity = "0..1", description = "Experiment to run.")
  private String experiment;

  @Option(names = "--seeds", paramLabel = "N", description = "Seeds, at least 2 (default 10; 100 for specialisation-rate).")
  private Integer seeds;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "First seed (default 1).")
  private long seed;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Runs in parallel; does not change results (default 0: one per CPU core).")
  private int threads;

  @Option(names = {"-o",
      "--output"}, paramLabel = "RUN", defaultValue = "striatum-nta", description = "Run folder (default striatum-nta).")
  private Path output;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private NtaOptions options;

  NtaCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (experiment == null) {
      list();
      return ExitCode.DONE;
    }
    NtaExperiment asked = Given.checked(() -> NtaExperiment.named(experiment));
    options.requireFitting(asked, spec.commandLine().getParseResult());
    NtaPlan plan = Given.checked(() -> options.plan(asked));
    int over = seeds != null ? seeds : asked == NtaExperiment.SPECIALISATION_RATE ? SEEDS_OF_A_RATE : SEEDS;
    if (over < 2 || threads < 0) {
      throw new UsageException(
          "--seeds must be ≥ 2, so that figures have intervals, and --threads ≥ 0, found " + over + " and " + threads);
    }
    try (RunFolder opened = RunFolder.create(output)) {
      StudyRun run = new StudyRun(opened, Version.environment(0), RunModel.none(), console::note, console.progress());
      int atOnce = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
      NtaResults results = run.run(new NtaStep(plan, atOnce), new NtaStepSettings(plan.settings(), over, seed));
      NtaReport.write(NtaStep.finished(opened),
          new String(RecordJson.pretty(opened.manifest()), StandardCharsets.UTF_8),
          opened.report());
      if (json) {
        console.json(NtaStep.STUDY.format(), results);
      } else {
        new NtaSummary(console).print(results, over, seed);
        console.say("report: " + opened.report());
      }
    }
    return ExitCode.DONE;
  }

  private void list() {
    Map<String, String> questions = new LinkedHashMap<>();
    for (NtaExperiment one : NtaExperiment.values()) {
      questions.put(one.printed(), one.question());
    }
    if (json) {
      console.json(questions);
    } else {
      Table table = new Table("", "");
      questions.forEach(table::row);
      console.print(table);
    }
  }
}
