package org.striatum.studies.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a study found.
///
/// @param results the record
/// @param files what it leaves beside them, written after it ended
public record Found<R extends Record>(R results, List<Files> files) {
  /// Writes files into a run folder.
  @FunctionalInterface
  public interface Files {
    /// Writes them, each whole or not at all.
    ///
    /// @return their paths
    List<Path> write(RunFolder folder) throws IOException;
  }

  public Found {
    files = List.copyOf(files);
  }

  /// Results and nothing beside them.
  public static <R extends Record> Found<R> only(R results) {
    return new Found<>(results, List.of());
  }

  /// The same with more files.
  public Found<R> with(Files more) {
    List<Files> all = new ArrayList<>(files);
    all.add(more);
    return new Found<>(results, all);
  }
}
