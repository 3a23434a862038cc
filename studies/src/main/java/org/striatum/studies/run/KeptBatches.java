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

/// The finished batches of a study that is under way: a [Journal] beside the output that they will become, deleted once the
/// study is finished.
///
/// A batch is kept whole or not at all, and a study that is resumed runs the same batches that an undisturbed one would run
/// from there, so that equal bytes do not even depend on figures being independent of how sequences are batched. What was kept
/// in another environment is not used, because a finished step names one environment.
///
/// @param run that the study belongs to
/// @param step of the study
/// @param key what its outcome depends on
/// @param output the file that the batches become
public record KeptBatches(StudyRun run, String step, StepKey key, Path output) {
  /// Of a study that runs once.
  public static <S extends Record> KeptBatches of(StudyRun run, Study<S, ?> study, S settings, Path output)
      throws IOException {
    return new KeptBatches(run, study.name(), run.key(study, settings), output);
  }

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

  /// Says where the study is resumed, if it is, and what was not kept.
  public void tell(Optional<Journal.Loss> loss, long kept, long total) {
    loss.ifPresent(lost -> run.note().accept("%s: %s %s".formatted(step, file(), switch (lost) {
      case OTHER_WORK -> "was made with other settings or in another environment: it is replaced";
      case DAMAGED -> "is damaged: everything after the damage is made again";
    })));
    if (kept > 0) {
      run.note().accept(String.format(Locale.ROOT, "%s: continues at %,d of %,d", step, kept, total));
    }
  }

  /// Deletes what was kept of a finished step.
  static void forget(RunFolder folder, String step) throws IOException {
    for (String output : folder.manifest().step(step).orElseThrow().outputs().keySet()) {
      Files.deleteIfExists(folder.folder().resolve(output + Journal.SUFFIX));
    }
  }
}
