package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import picocli.CommandLine.Option;

/// Where a run's checkpoint lies.
public final class CheckpointOption {
  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Path of the checkpoint, if it was moved.")
  private Path checkpoint;

  /// The path that was given, else the one where the checkpoint lay when the rollouts were made.
  ///
  /// @throws UnfinishedStudyException if there are no rollouts yet
  /// @throws UsageException if it was not recorded, or nothing is there any more
  public Path of(RunFolder run) throws IOException {
    if (checkpoint != null) {
      return checkpoint;
    }
    if (run.manifest().step(StudyRun.ROLLOUTS).isEmpty()) {
      throw new UnfinishedStudyException(run.folder(), StudyRun.ROLLOUTS);
    }
    Path noted = StudyRun.noted(run.folder()).orElseThrow(() -> new UsageException(
        run.folder() + " does not record the path of its checkpoint: give --checkpoint"));
    if (!Files.exists(noted)) {
      throw new UsageException("the checkpoint of " + run.folder() + " is not at " + noted + ": give --checkpoint");
    }
    return noted;
  }
}
