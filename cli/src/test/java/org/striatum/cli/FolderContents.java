package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.striatum.probe.run.Sha256;
import org.striatum.reports.database.ResultsDatabase;

/// What lies in folders that must not differ: every file by its bytes, of a database the rows of every table, since its file depends on
/// when it was written.
public final class FolderContents {
  /// Files that say nothing about results.
  public static final Set<String> APART = Set.of(".lock", "study.log");
  public static final String DATABASE = "results.duckdb";

  private FolderContents() {}

  /// File, or database and table → what is in it.
  public static SequencedMap<String, Object> of(Path folder) throws IOException {
    SequencedMap<String, Object> contents = new TreeMap<>();
    for (String name : Session.files(folder)) {
      Path file = folder.resolve(name);
      if (file.endsWith(DATABASE)) {
        for (List<Object> table : ResultsDatabase
            .query(file.getParent(), "SELECT table_name FROM information_schema.tables").rows()) {
          contents.put(name + " " + table.getFirst(),
              ResultsDatabase.query(file.getParent(), "SELECT * FROM " + table.getFirst() + " ORDER BY ALL"));
        }
      } else if (!APART.contains(file.getFileName().toString())) {
        contents.put(name, Sha256.of(file));
      }
    }
    return contents;
  }
}
