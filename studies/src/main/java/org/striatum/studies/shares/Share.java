package org.striatum.studies.shares;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Sha256;

/// What one process is to compute of a study's work, as it was dealt: `share.json` in a folder of its own, where that process leaves its pieces.
///
/// @param step of the study
/// @param run its run folder, relative to the folder of the share
/// @param key of everything that decides the pieces, the environment included: a process that comes to another computes none
/// @param pieces work → indices of its pieces, rising
public record Share(String step, String run, Sha256 key, SortedMap<String, List<Integer>> pieces) {
  public static final FileFormat FORMAT = new FileFormat("share", 1);
  /// In the folder of a share.
  public static final String FILE = "share.json";
  static final String PIECES = "pieces.partial";

  /// @throws IllegalArgumentException if the step, the run folder or the key is missing, or the folder is no relative path
  public Share {
    if (step == null || run == null || key == null || Path.of(run).isAbsolute()) {
      throw new IllegalArgumentException(
          "a share needs a step, a run folder relative to its own and a key, found %s, %s, %s".formatted(step, run,
              key));
    }
    pieces = Collections.unmodifiableSortedMap(new TreeMap<>(pieces));
  }

  boolean has(String work, int index) {
    return Collections.binarySearch(pieces.getOrDefault(work, List.of()), index) >= 0;
  }

  int count() {
    return pieces.values().stream().mapToInt(List::size).sum();
  }
}
