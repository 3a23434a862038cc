package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.ChangedRecord;
import org.striatum.cli.option.Given;
import org.striatum.cli.summary.StudySummaries;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// The command of a study without a class of its own: `striatum NAME RUN`, its settings changed by name.
final class StudyCommandLine<S extends Record, R extends Record> extends ModelRunCommand<S, R> {
  @Option(names = "--set", paramLabel = "NAME=VALUE", description = "A setting by its name, as printed by `striatum show`; may be given several times.")
  private Map<String, String> changed = Map.of();

  private StudyCommandLine(Console console, Study<S, R> study) {
    super(console, study);
  }

  static <S extends Record, R extends Record> CommandLine of(Console console, StudyRegistry registry,
      Study<S, R> study) {
    CommandLine line = new CommandLine(new StudyCommandLine<>(console, study), new CommandFactory(console, registry));
    line.getCommandSpec().usageMessage().description(study.about().summary());
    return line;
  }

  @Override
  S settings(S settings, RunFolder run) throws IOException {
    return Given.checked(() -> ChangedRecord.of(settings, changed));
  }

  @Override
  RunModel model(Path run) throws IOException {
    return study().needsModel() ? super.model(run) : RunModel.none();
  }

  @Override
  void print(Console out, R results) {
    new StudySummaries(out).values(results);
  }
}
