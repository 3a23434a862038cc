package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.NotedCheckpoint;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import picocli.CommandLine.Option;

/// Where a run's checkpoint lies.
public final class CheckpointOption {
  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Path of the checkpoint, if it was moved.")
  private Path checkpoint;

  /// The path that was given, else the one where the checkpoint lay when the rollouts were made; with the adapter that was
  /// given, else the one that was over it then.
  ///
  /// @throws UnfinishedStudyException if there are no rollouts yet
  /// @throws UsageException if it was not recorded, or nothing is there any more
  /// @throws BadDataException if what is there is another one
  public ModelSource of(RunFolder run, ModelOptions options) throws IOException {
    if (checkpoint != null) {
      return options.source(checkpoint);
    }
    if (run.manifest().step(StudyRun.ROLLOUTS).isEmpty()) {
      throw new UnfinishedStudyException(run.folder(), StudyRun.ROLLOUTS);
    }
    NotedCheckpoint noted = NotedCheckpoint.in(run).orElseThrow(() -> new UsageException(
        run.folder() + " does not record the path of its checkpoint: give --checkpoint"));
    ModelSource source = noted.source();
    if (!noted.exists()) {
      throw new UsageException(
          "the checkpoint of " + run.folder() + " is not at " + source.base() + ": give --checkpoint");
    }
    if (source.adapter().isPresent() && !Files.exists(source.adapter().get())) {
      throw new UsageException("the adapter of " + run.folder() + " is not at " + source.adapter().get()
          + ": give --checkpoint and --adapter");
    }
    noted.requireUnchanged();
    return options.over(source);
  }
}
