package org.striatum.cli;

import java.io.IOException;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.ChangedSettings;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/// The command of a study without a class of its own: `striatum NAME RUN`, its settings changed by name. It has only options
/// that change something.
final class StudyCommandLine {
  private static final String SEED = "--seed";

  private StudyCommandLine() {}

  static <S extends Record, R extends Record> CommandLine of(Console console, StudyRegistry registry,
      Study<S, R> study) {
    CommandLine line = new CommandLine(
        study.needsModel() ? new WithModel<>(console, study) : new WithoutModel<>(console, study),
        new CommandFactory(console, registry));
    CommandSpec spec = line.getCommandSpec();
    spec.usageMessage().description(study.about().summary());
    if (!study.about().isSeeded()) {
      spec.remove(spec.findOption(SEED));
    }
    return line;
  }

  private static final class WithModel<S extends Record, R extends Record> extends ModelRunCommand<S, R> {
    @Mixin
    private ChangedSettings changes;

    private WithModel(Console console, Study<S, R> study) {
      super(console, study);
    }

    @Override
    S settings(S settings, RunFolder run) throws IOException {
      return changes.over(settings);
    }
  }

  private static final class WithoutModel<S extends Record, R extends Record> extends RunCommand<S, R> {
    @Mixin
    private ChangedSettings changes;

    private WithoutModel(Console console, Study<S, R> study) {
      super(console, study);
    }

    @Override
    S settings(S settings, RunFolder run) throws IOException {
      return changes.over(settings);
    }
  }
}
