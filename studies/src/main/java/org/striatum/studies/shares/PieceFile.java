package org.striatum.studies.shares;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Journal;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// What pieces of work came to, in a [Journal]: a piece's value stays in the file until it is asked for.
///
///     index (I32) · bytes of the name (I32) · name (UTF-8) · value (JSON)       big-endian, one record a piece
///
/// Pieces for which there are too little data lie under the work's name with an ending.
final class PieceFile implements AutoCloseable {
  private static final String REFUSED = " (too little data)";

  private final Path file;
  private final Sha256 key;
  /// Null until there is a piece.
  private Journal journal;
  /// Work → piece → its last record.
  private final Map<String, Map<Integer, Integer>> places = new LinkedHashMap<>();
  private int records;

  /// What a [NotEnoughData] says.
  private record Refusal(String purpose, String what, long found, long needed) {}

  private record Named(String work, int index, byte[] value) {
    static Named of(byte[] entry) throws BadDataException {
      ByteBuffer bytes = ByteBuffer.wrap(entry);
      if (entry.length < 2 * Integer.BYTES) {
        throw new BadDataException("a piece of " + entry.length + " bytes has no name");
      }
      int index = bytes.getInt();
      int length = bytes.getInt();
      if (index < 0 || length < 0 || length > bytes.remaining()) {
        throw new BadDataException("a piece cannot have index " + index + " and a name of " + length + " bytes");
      }
      byte[] name = new byte[length];
      bytes.get(name);
      byte[] value = new byte[bytes.remaining()];
      bytes.get(value);
      return new Named(new String(name, StandardCharsets.UTF_8), index, value);
    }

    byte[] bytes() {
      byte[] name = work.getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.allocate(2 * Integer.BYTES + name.length + value.length).putInt(index).putInt(name.length)
          .put(name).put(value).array();
    }
  }

  private PieceFile(Path file, Sha256 key) {
    this.file = file;
    this.key = key;
  }

  /// Opens the pieces of some work, to be added to. The file begins with its first piece.
  ///
  /// @param key of everything that decides them
  static PieceFile open(Path file, Sha256 key) throws IOException {
    PieceFile pieces = new PieceFile(file, key);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      pieces.journal = Journal.open(file, key, pieces.reader());
    }
    return pieces;
  }

  /// Opens what is there, to be read; empty if nothing is.
  static Optional<PieceFile> read(Path file, Sha256 key) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    PieceFile pieces = new PieceFile(file, key);
    pieces.journal = Journal.read(file, key, pieces.reader());
    return Optional.of(pieces);
  }

  private Journal.Reader reader() {
    return entry -> {
      Named piece = Named.of(entry);
      places.computeIfAbsent(piece.work, _ -> new HashMap<>()).put(piece.index, records++);
    };
  }

  private Journal begun() throws IOException {
    if (journal == null) {
      Files.createDirectories(file.getParent());
      journal = Journal.open(file, key, _ -> {});
    }
    return journal;
  }

  Optional<Journal.Loss> loss() {
    return journal == null ? Optional.empty() : journal.loss();
  }

  /// Whether it is known what a piece came to.
  boolean has(String work, int index) {
    return holds(work, index) || holds(work + REFUSED, index);
  }

  private boolean holds(String work, int index) {
    return places.getOrDefault(work, Map.of()).containsKey(index);
  }

  /// What a piece came to; empty if it is not here or not of this type.
  <R> Optional<R> find(String work, int index, Class<R> type) throws IOException {
    Integer record = places.getOrDefault(work, Map.of()).get(index);
    if (record == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(RecordJson.parse(Named.of(journal.record(record)).value, type, work));
    } catch (BadDataException _) {
      return Optional.empty();
    }
  }

  /// Keeps what pieces came to: all of them or none.
  ///
  /// @param values index → value
  void add(String work, SortedMap<Integer, ?> values) throws IOException {
    begun().append(() -> values.entrySet().stream()
        .map(one -> new Named(work, one.getKey(), RecordJson.compact(one.getValue())).bytes()).iterator());
    values.keySet().forEach(index -> added(work, index));
  }

  /// Keeps that there are too little data for pieces.
  void refuse(String work, List<Integer> pieces, NotEnoughData little) throws IOException {
    SortedMap<Integer, Refusal> refused = new TreeMap<>();
    pieces.forEach(piece -> refused.put(piece,
        new Refusal(little.purpose(), little.what(), little.found(), little.needed())));
    add(work + REFUSED, refused);
  }

  /// Of what there is too little for a piece; empty if there is enough, or the piece is not here.
  Optional<NotEnoughData> refusal(String work, int index) throws IOException {
    return find(work + REFUSED, index, Refusal.class)
        .map(kept -> new NotEnoughData(kept.purpose, kept.what, kept.found, kept.needed));
  }

  private void added(String work, int index) {
    places.computeIfAbsent(work, _ -> new HashMap<>()).put(index, records++);
  }

  /// Takes over the pieces of another file that are not here.
  void addAll(PieceFile other) throws IOException {
    for (Map.Entry<String, Map<Integer, Integer>> work : other.places.entrySet()) {
      for (Map.Entry<Integer, Integer> piece : new TreeMap<>(work.getValue()).entrySet()) {
        if (!holds(work.getKey(), piece.getKey())) {
          begun().append(List.of(other.journal.record(piece.getValue())));
          added(work.getKey(), piece.getKey());
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (journal != null) {
      journal.close();
    }
  }
}
