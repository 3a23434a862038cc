package org.striatum.cli;

import java.io.IOException;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.CheckpointOption;
import org.striatum.cli.option.ModelOptions;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A command that runs one study, which needs the model, on a run folder.
abstract class ModelRunCommand<S extends Record, R extends Record> extends RunCommand<S, R> {
  @Mixin
  private CheckpointOption checkpoint;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Sequences per batch; changes no result (with --memory low, log-probabilities by rounding; default auto).")
  private String batchSize;

  @Mixin
  private ModelOptions modelOptions;

  ModelRunCommand(Console console, Study<S, R> study) {
    super(console, study);
  }

  @Override
  RunModel model(RunFolder run) throws IOException {
    return modelOptions.of(checkpoint.of(run, modelOptions), batchSize);
  }
}
