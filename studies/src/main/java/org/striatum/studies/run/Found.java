package org.striatum.studies.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The outcome of a study.
///
/// @param results the record
/// @param files other outputs, written after the study has ended
public record Found<R extends Record>(R results, List<Files> files) {
  /// Writes files into a run folder.
  @FunctionalInterface
  public interface Files {
    /// Writes them, each atomically.
    ///
    /// @return their paths
    List<Path> write(RunFolder folder) throws IOException;
  }

  public Found {
    files = List.copyOf(files);
  }

  /// Results without other files.
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
