package org.striatum.peft.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;

/// Keeps what each trial of a study gave, one JSON file each, so that a killed study resumes.
///
/// @param folder where; empty to keep nothing
public record TrialStore(Optional<Path> folder) {
  private static final FileFormat FORMAT = new FileFormat("kept trials", 1);

  /// Keeps nothing.
  public static final TrialStore NONE = new TrialStore(Optional.empty());

  /// Keeps trials in a folder of their own, which must hold no other study's.
  public static TrialStore in(Path folder) {
    return new TrialStore(Optional.of(folder));
  }

  /// Work that gives a trial's result.
  @FunctionalInterface
  interface Work<T> {
    T run() throws IOException;
  }

  /// The kept result of that name, or what the work gives, kept from now on.
  <T> T keep(String name, Class<T> type, Work<T> work) throws IOException {
    if (folder.isEmpty()) {
      return work.run();
    }
    Path file = folder.get().resolve(name + ".json");
    if (Files.isRegularFile(file)) {
      return RecordJson.read(file, FORMAT, type);
    }
    T result = work.run();
    Files.createDirectories(folder.get());
    RecordJson.write(file, FORMAT, result);
    return result;
  }
}
