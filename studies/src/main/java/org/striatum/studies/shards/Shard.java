package org.striatum.studies.shards;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Sha256;

/// A share of a study's pieces, computed by one process: `shard.json` in a folder of its own, which that process writes its pieces into.
///
/// @param step of the study
/// @param run its run folder, relative to the folder of the shard
/// @param key of everything that decides the pieces, the environment included: a process that comes to another computes none
/// @param pieces work → indices of its pieces, rising
public record Shard(String step, String run, Sha256 key, SortedMap<String, List<Integer>> pieces) {
  public static final FileFormat FORMAT = new FileFormat("shard", 1);
  /// In the folder of a shard.
  public static final String FILE = "shard.json";
  static final String PIECES = "pieces.partial";

  public Shard {
    pieces = Collections.unmodifiableSortedMap(new TreeMap<>(pieces));
  }

  boolean has(String work, int index) {
    return Collections.binarySearch(pieces.getOrDefault(work, List.of()), index) >= 0;
  }

  int count() {
    return pieces.values().stream().mapToInt(List::size).sum();
  }
}
