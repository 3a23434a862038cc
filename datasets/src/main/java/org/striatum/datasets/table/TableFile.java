package org.striatum.datasets.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Predicate;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// A table in a file; the name determines the format: `.jsonl`, `.ndjson`, `.json` (lines or one array), `.csv`, `.tsv` or `.parquet`; all
/// but Parquet also followed by `.gz`.
///
/// @param path of the file
/// @param format of its rows
public record TableFile(Path path, Format format) {
  private static final int MAX_ARRAY = 256 << 20;
  private static final String PACKED = ".gz";

  enum Format {
    JSON_LINES, JSON, CSV, TSV, PARQUET
  }

  /// The table in a file.
  ///
  /// @throws BadDataException if there is no file, or its name has no known ending
  public static TableFile of(Path path) throws BadDataException {
    if (!Files.isRegularFile(path)) {
      throw new BadDataException(path + (Files.isDirectory(path)
          ? " is a folder: a .jsonl, .json, .csv or .parquet file is needed"
          : " is not a file"));
    }
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    String plain = withoutPacking(name);
    Format format = switch (plain.substring(plain.lastIndexOf('.') + 1)) {
      case "jsonl", "ndjson" -> Format.JSON_LINES;
      case "json" -> Format.JSON;
      case "csv" -> Format.CSV;
      case "tsv" -> Format.TSV;
      case "parquet" -> Format.PARQUET;
      default -> throw new BadDataException(
          path + ": a table's name must end in .jsonl, .json, .csv, .tsv or .parquet, all but the last optionally followed by .gz");
    };
    return new TableFile(path, format);
  }

  /// The file's name without its endings: `test` of `test.jsonl.gz`.
  public String name() {
    String plain = withoutPacking(path.getFileName().toString());
    return plain.lastIndexOf('.') > 0 ? plain.substring(0, plain.lastIndexOf('.')) : plain;
  }

  /// Passes on one row after the other, in the file's order, until the visitor has enough.
  ///
  /// @param visitor returns whether to continue
  /// @throws BadDataException if the file as a whole cannot be read, or a line is too long
  public void forEach(Predicate<Row> visitor) throws IOException {
    switch (format) {
      case JSON_LINES -> lines(visitor);
      case JSON -> {
        if (beginsWithArray()) {
          array(visitor);
        } else {
          lines(visitor);
        }
      }
      case CSV -> DuckDbTable.csv(path, ',', visitor);
      case TSV -> DuckDbTable.csv(path, '\t', visitor);
      case PARQUET -> DuckDbTable.parquet(path, visitor);
    }
  }

  private static String withoutPacking(String name) {
    return name.endsWith(PACKED) ? name.substring(0, name.length() - PACKED.length()) : name;
  }

  private boolean beginsWithArray() throws IOException {
    try (InputStream in = BoundedLines.open(path)) {
      int first = in.read();
      while (first >= 0 && Character.isWhitespace(first)) {
        first = in.read();
      }
      return first == '[';
    }
  }

  private void lines(Predicate<Row> visitor) throws IOException {
    try (BoundedLines lines = new BoundedLines(path)) {
      boolean more = true;
      for (byte[] line = lines.next(); more && line != null; line = more ? lines.next() : null) {
        more = visitor.test(parsed(line, "line " + lines.count()));
      }
    }
  }

  private static Row parsed(byte[] json, String place) {
    if (json.length == 0) {
      return new Row.Malformed(place, "is empty");
    }
    try {
      return row(RecordJson.parseForeign(json, "is not JSON"), place);
    } catch (BadDataException e) {
      return new Row.Malformed(place, e.getMessage());
    }
  }

  private static Row row(JsonNode node, String place) {
    return node.isObject()
        ? new Row.Fields(place, node)
        : new Row.Malformed(place, "must be a JSON object, found "
            + (node instanceof MissingNode ? "nothing" : node.getNodeType().name().toLowerCase(Locale.ROOT)));
  }

  private void array(Predicate<Row> visitor) throws IOException {
    byte[] whole;
    try (InputStream in = BoundedLines.open(path)) {
      whole = in.readNBytes(MAX_ARRAY + 1);
    }
    if (whole.length > MAX_ARRAY) {
      throw new BadDataException(
          path + ": a JSON array must have at most " + MAX_ARRAY
              + " bytes, found more: write it as .jsonl, one object per line");
    }
    int number = 0;
    for (JsonNode element : RecordJson.parseForeign(whole, path.toString())) {
      number++;
      if (!visitor.test(row(element, "row " + number))) {
        return;
      }
    }
  }
}
