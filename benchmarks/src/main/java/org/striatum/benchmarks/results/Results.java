package org.striatum.benchmarks.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.probe.run.RecordJson;

/// The last measurement of every piece of work, by its name. Measuring one again leaves the others unchanged.
public record Results(Map<String, Measured> works) {
  public Results {
    works = Map.copyOf(works);
  }

  /// The contents of a file; empty if there is none.
  public static Results read(Path file) throws IOException {
    return Files.exists(file) ? RecordJson.read(file, Results.class) : new Results(Map.of());
  }

  /// These results with one measurement replaced or added.
  public Results with(String work, Measured measured) {
    Map<String, Measured> all = new TreeMap<>(works);
    all.put(work, measured);
    return new Results(all);
  }

  public void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    RecordJson.write(file, this);
  }
}
