package org.striatum.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.summary.AnswersSummary;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints what a run was asked and what came of it.
@Command(name = "show", description = "Print the settings and results of every study of a run; needs no checkpoint.", footer = {
    "", "Example: striatum show run", "Example: striatum show run ablate/mine"})
final class ShowCommand implements Callable<Integer> {
  /// A setting that the command left open.
  private static final String NOT_GIVEN = "not given";

  private final Console console;
  private final StudyRegistry registry;

  @Parameters(index = "0", paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Parameters(index = "1", arity = "0..1", paramLabel = "STUDY", description = "One study, value by value (default: all, in brief).")
  private String step;

  @Option(names = "--json", description = "Print JSON: the unchanged files.")
  private boolean json;

  ShowCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  /// One study as its files hold it.
  ///
  /// @param unchanged whether the files are what the study wrote
  record Shown(String study, String summary, boolean unchanged, JsonNode settings, JsonNode results) {}

  /// A run.
  ///
  /// @param plan that it was registered with; null for none
  record Asked(Manifest.Inputs inputs, PlanReport plan, List<Shown> studies) {}

  @Override
  public Integer call() throws IOException {
    try (RunFolder run = RunFolder.read(folder)) {
      List<Manifest.Step> steps = step == null ? run.manifest().steps() : List.of(run.requireFinished(step));
      if (json) {
        json(run, steps);
      } else if (step != null) {
        whole(run, steps.getFirst());
      } else {
        brief(run, steps);
      }
    }
    return ExitCode.DONE;
  }

  private void json(RunFolder run, List<Manifest.Step> steps) throws IOException {
    List<Shown> shown = new ArrayList<>();
    for (Manifest.Step one : steps) {
      shown.add(new Shown(one.name(), summary(one), run.isUnchanged(one), file(run.settingsFile(one.name())),
          file(run.resultsFile(one.name()))));
    }
    console.json(new Asked(run.manifest().inputs(), PlanReport.of(run, registry.studies()).orElse(null), shown));
  }

  private static JsonNode file(Path file) throws IOException {
    return Files.isRegularFile(file) ? RecordJson.read(file, JsonNode.class) : null;
  }

  /// Settings of every study, and where results lie.
  private void brief(RunFolder run, List<Manifest.Step> steps) throws IOException {
    Manifest.Inputs inputs = run.manifest().inputs();
    console.say(folder + ": " + (inputs.checkpoint() == null
        ? "no checkpoint"
        : inputs.checkpoint().name() + " (" + inputs.checkpoint().modelType() + ")")
        + (inputs.seed() == null ? "" : ", seed " + inputs.seed()));
    if (inputs.data() != null && inputs.data().prompts() != null) {
      PromptFormat asked = inputs.prompts(); // what was used where the settings below leave it open
      console.say("asked by %s; thoughts between %s and %s".formatted(asked.printed(), asked.thinking().open(),
          asked.thinking().close()));
    }
    RewardGraders.stale(run).forEach(console::say);
    PlanReport.of(run, registry.studies()).ifPresent(plan -> {
      console.say(plan.printed());
      plan.deviations().forEach(one -> console.say("  " + one.printed()));
    });
    if (steps.isEmpty()) {
      console.say("no study is finished; what is under way goes on with the same command. It was asked:");
      values(FlatRecord.of(inputs), "none");
    }
    for (Manifest.Step one : steps) {
      console.say("");
      console.say(one.name() + ": " + summary(one) + changed(run, one));
      lines(run.settingsFile(one.name()), NOT_GIVEN);
      console.say("  → " + String.join(", ", one.outputs().keySet().stream()
          .filter(output -> !output.endsWith(RunFolder.SETTINGS)).toList()));
    }
    answers(run);
  }

  /// From what the run holds now: a study may have been added since the whole study answered.
  private void answers(RunFolder run) throws IOException {
    if (run.manifest().inputs().checkpoint() == null) {
      return;
    }
    try {
      Answers answers = registry.answers().now(run);
      if (answers.checkpoint().answers().stream().anyMatch(answer -> !answer.findings().isEmpty())) {
        new AnswersSummary(console).print(new Answers(answers.checkpoint(), answers.beside(), null)); // said above
      }
    } catch (BadDataException changed) {
      console.say("");
      console.say("No answers: " + changed.getMessage());
    }
  }

  private static String changed(RunFolder run, Manifest.Step one) throws IOException {
    return run.isUnchanged(one) ? "" : " CHANGED: its files differ from what the study wrote";
  }

  private void whole(RunFolder run, Manifest.Step one) throws IOException {
    console.say(one.name() + ": " + summary(one) + changed(run, one));
    console.say("told:");
    lines(run.settingsFile(one.name()), NOT_GIVEN);
    console.say("found:");
    lines(run.resultsFile(one.name()), "none");
  }

  private void lines(Path file, String absent) throws IOException {
    if (!Files.isRegularFile(file)) {
      console.say("  " + file.getFileName() + " is missing");
      return;
    }
    values(FlatRecord.read(file), absent);
  }

  private void values(FlatRecord record, String absent) {
    Table table = new Table("", "");
    record.entries().forEach(entry -> table.row("  " + entry.place(),
        entry.node().isNull() ? absent : entry.value()));
    console.print(table);
  }

  private String summary(Manifest.Step one) {
    return registry.ofStep(one.name()).map(study -> study.about().summary())
        .orElse("made by a study that this program does not know");
  }
}
