package org.striatum.studies.shards;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Starts other processes that compute [Shard]s.
public interface ShardEngine {
  /// Into how many shares work is cut at most.
  int shares();

  /// Work that takes less than this on one core is not worth starting processes for. Everything is unless an engine says otherwise.
  default Duration worth() {
    return Duration.ZERO;
  }

  /// Has every shard computed, each into its folder, and waits. A folder that is damaged on its way may lack pieces.
  ///
  /// @param step of the study, for people
  /// @param shards their folders, each with its file
  /// @throws SharesFailedException if one could not be computed; the others were
  void compute(String step, List<Path> shards) throws IOException;
}
