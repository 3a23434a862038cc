package org.striatum.cli.scan;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// One piece of a scan: the study of one checkpoint. It depends on no other unit and may be run again at any time, in any
/// order, by any program that can start a process: finished steps in its output are kept.
///
/// @param name of the checkpoint, distinct among the units
/// @param checkpoint its path
/// @param inputs file → checksum, of everything that determines its figures
/// @param bytes of its weights
/// @param command `striatum`'s arguments, the whole command line
/// @param output run folder that is written
public record ScanUnit(String name, String checkpoint, SortedMap<String, Sha256> inputs, long bytes,
    List<String> command, String output) {
  public ScanUnit {
    inputs = Collections.unmodifiableSortedMap(new TreeMap<>(inputs));
    command = List.copyOf(command);
  }

  /// The checksum of what it computes: its inputs and its command, independent of where it is run.
  Sha256 key() {
    List<String> options = command.stream().filter(word -> !word.equals(checkpoint) && !word.equals(output)).toList();
    return Sha256.of(RecordJson.compact(List.of(inputs, options)));
  }
}
