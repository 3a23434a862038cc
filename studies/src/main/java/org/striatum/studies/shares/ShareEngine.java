package org.striatum.studies.shares;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Starts other processes that compute [Share]s.
public interface ShareEngine {
  /// Into how many shares work is cut at most.
  int shares();

  /// Work that takes less than this on one core is not worth starting processes for. Everything is unless an engine says otherwise.
  default Duration worth() {
    return Duration.ZERO;
  }

  /// Has every share computed, each into its folder, and waits. A folder that is damaged on its way may lack pieces.
  ///
  /// @param step of the study, for people
  /// @param folders of the shares, each with its file
  /// @throws SharesFailedException if one could not be computed; the others were
  void compute(String step, List<Path> folders) throws IOException;
}
