package org.striatum.cli.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.RecordDifference;

/// What a worker must be like, in a file of a unit's folder: results do not depend on where they are made because a worker of another kind
/// refuses.
///
/// @param environment versions, threads, processor
/// @param files of the checkpoint, by checksum; empty where something else holds them to the run
public record Expected(Environment environment, SortedMap<String, Sha256> files) {
  /// The hidden option of a command that makes a worker of it, with a unit's folder.
  public static final String OPTION = "--unit";

  private static final String FILE = "unit.json";
  private static final FileFormat FORMAT = new FileFormat("unit of work", 1);

  public Expected {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /// Writes it for a unit.
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    RecordJson.write(folder.resolve(FILE), FORMAT, this);
  }

  /// What a unit's worker must be like.
  public static Expected in(Path folder) throws IOException {
    return RecordJson.read(folder.resolve(FILE), FORMAT, Expected.class);
  }

  /// Refuses a worker that is of another kind.
  ///
  /// @param here what it is like
  /// @throws UsageException naming the first difference and the machine
  public void require(Expected here) throws IOException {
    Optional<RecordDifference> difference = RecordDifference.first(RecordJson.compact(this), here,
        "the unit");
    if (difference.isPresent()) {
      throw new UsageException("this worker (%s) is not like the machine that sent the work: %s is %s there and %s here"
          .formatted(host(), difference.get().place(), difference.get().there(), difference.get().here()));
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException _) {
      return "of unknown name";
    }
  }
}
