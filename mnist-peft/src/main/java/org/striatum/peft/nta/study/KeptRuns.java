package org.striatum.peft.nta.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// Finished runs on disk, one file each, named by the checksum of everything that decides them: a repeated run is read
/// instead. Thread-safe, for each run has its own file.
///
/// @param folder made when the first run is kept; null keeps nothing
public record KeptRuns(Path folder) {
  /// Keeps nothing.
  public static final KeptRuns NONE = new KeptRuns(null);

  private static final FileFormat FORMAT = new FileFormat("kept runs", 1);

  /// Raised whenever equal settings and seeds would give other runs than before.
  private static final int VERSION = 1;

  /// The run of an arm's seed, if it was kept.
  ///
  /// @throws IOException if its file is damaged or of another format
  Optional<NtaRun> find(SimulatedArm arm, long seed) throws IOException {
    if (folder == null || !Files.isRegularFile(file(arm, seed))) {
      return Optional.empty();
    }
    return Optional.of(RecordJson.read(file(arm, seed), FORMAT, NtaRun.class));
  }

  void keep(SimulatedArm arm, NtaRun run) throws IOException {
    if (folder != null) {
      Files.createDirectories(folder);
      RecordJson.write(file(arm, run.seed()), FORMAT, run);
    }
  }

  private Path file(SimulatedArm arm, long seed) {
    Sha256 key = Sha256.of(RecordJson.keyed(
        Map.of("settings", arm.settings(), "courses", arm.courses(), "seed", seed, "version", VERSION)));
    return folder.resolve(key.hex().substring(0, 32) + ".json");
  }
}
