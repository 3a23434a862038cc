package org.striatum.studies.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.run.Journal;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// What is finished of a step that is under way: a [Journal] beside the output that it will become, deleted once the step
/// is finished.
///
/// A batch is kept whole or not at all, and a step that goes on runs the very batches that an undisturbed one would have
/// run from there: equal bytes do not even rest on figures that are indifferent to batching. What was kept in another
/// environment is made again, for a finished step names one environment.
///
/// @param run that the step belongs to
/// @param step its name
/// @param key what it stands on
/// @param output the file that the batches become
public record KeptBatches(StudyRun run, String step, StepKey key, Path output) {
  /// Where the finished batches lie.
  public Path file() {
    return output.resolveSibling(output.getFileName() + Journal.SUFFIX);
  }

  /// Of everything that decides the batches, the environment included.
  public Sha256 checksum() {
    return Sha256.of(RecordJson.compact(Map.of("step", key.sha256(), "environment", run.environment())));
  }

  /// Opens the journal.
  ///
  /// @param reader takes every record that was kept
  public Journal open(Journal.Reader reader) throws IOException {
    return Journal.open(file(), checksum(), reader);
  }

  /// Says where the step goes on, if it does, and what could not be kept.
  public void tell(Optional<Journal.Loss> loss, long kept, long total) {
    loss.ifPresent(lost -> run.note().accept("%s: %s %s".formatted(step, file(), switch (lost) {
      case OTHER_WORK -> "was made with other settings or in another environment: it is made anew";
      case DAMAGED -> "is damaged: what stood behind the damage is made again";
    })));
    if (kept > 0) {
      run.note().accept(String.format(Locale.ROOT, "%s: goes on at %,d of %,d", step, kept, total));
    }
  }

  /// Deletes what was kept of a step that is finished.
  public void forget() throws IOException {
    Files.deleteIfExists(file());
  }
}
