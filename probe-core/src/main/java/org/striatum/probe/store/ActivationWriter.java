package org.striatum.probe.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.Journal;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.KeptRows.Mark;
import org.striatum.probe.store.StoreIndex.Hook;
import org.striatum.probe.store.StoreIndex.Shard;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

/// Writes an [ActivationStore], rollout by rollout in the order of the rollouts file.
///
/// All lengths are known beforehand from that file, so shards are laid out first and rows go straight to their place:
/// nothing is kept in memory. A shard takes whole rollouts up to a byte limit. [#finish] writes the index; closing
/// without it leaves no store. A writer that [#resume] opened leaves what [#keep] kept, for another to go on with, and
/// comes to the same bytes. Not thread-safe.
public final class ActivationWriter implements AutoCloseable {
  public static final long DEFAULT_SHARD_BYTES = 256L << 20;

  static final String ROLLOUT = "rollout";
  static final String POSITION = "position";
  static final String TOKEN_IDS = "token_ids";

  private final Path folder;
  private final SortedMap<HookPoint, Integer> widths;
  private final DType dtype;
  private final int[] lengths;
  private final long shardBytes;
  private final List<Shard> shards = new ArrayList<>();
  private final SortedMap<HookPoint, Tally> tallies = new TreeMap<>();
  /// What is kept while the store is unfinished, if anything is.
  private Optional<KeptRows> kept = Optional.empty();
  private Optional<Journal.Loss> loss = Optional.empty();
  private SafetensorsWriter shard;
  private long shardRows;
  private int shardEnd;
  private int next;
  /// Rows of the shard under way: written, and of those kept.
  private long written;
  private long marked;

  /// Begins a store in `folder`. A store already there is no more.
  ///
  /// @param widths hook point → coordinates
  /// @param dtype F32 or F16
  /// @param lengths tokens of each rollout, by its line in the rollouts file, ≥ 1
  /// @param shardBytes upper bound on a shard's data, exceeded only by a rollout that is longer alone
  public ActivationWriter(Path folder, Map<HookPoint, Integer> widths, DType dtype, int[] lengths, long shardBytes)
      throws IOException {
    this(widths, folder, dtype, lengths, shardBytes);
    Files.deleteIfExists(KeptRows.file(folder));
    deleteOtherShards();
  }

  /// Goes on with a store in `folder` behind the rows that were kept of it, or begins it: see [#next]. A store already
  /// there is no more.
  ///
  /// @param key of what is recorded; rows that were kept under another are not taken
  public static ActivationWriter resume(Path folder, Map<HookPoint, Integer> widths, DType dtype, int[] lengths,
      long shardBytes, Sha256 key) throws IOException {
    ActivationWriter writer = new ActivationWriter(widths, folder, dtype, lengths, shardBytes);
    try {
      writer.takeKept(key);
      return writer;
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  private ActivationWriter(Map<HookPoint, Integer> widths, Path folder, DType dtype, int[] lengths, long shardBytes)
      throws IOException {
    if (widths.isEmpty() || lengths.length == 0) {
      throw new IllegalArgumentException("a store needs at least one hook point and one rollout, found "
          + widths.size() + " and " + lengths.length);
    }
    if (dtype != DType.F32 && dtype != DType.F16) {
      throw new IllegalArgumentException("activations are stored as F32 or F16, found " + dtype);
    }
    if (Arrays.stream(lengths).anyMatch(length -> length < 1)) {
      throw new IllegalArgumentException("a rollout must have at least one token, found one without");
    }
    if (shardBytes < 1) {
      throw new IllegalArgumentException("a shard must be allowed at least one byte, found " + shardBytes);
    }
    this.folder = folder;
    this.widths = new TreeMap<>(widths);
    this.dtype = dtype;
    this.lengths = lengths.clone();
    this.shardBytes = shardBytes;
    widths.keySet().forEach(hook -> tallies.put(hook, new Tally()));
    Files.createDirectories(folder);
    // The index first: from here on there is no store until the new one is whole.
    Files.deleteIfExists(folder.resolve(ActivationStore.INDEX));
  }

  /// The rollout to append next: 0 at first, or the first that was not kept.
  public int next() {
    return next;
  }

  /// What was kept of the store but could not be taken.
  public Optional<Journal.Loss> loss() {
    return loss;
  }

  /// Takes the marks of an earlier writer one by one, as long as the rows before them are what they were.
  private void takeKept(Sha256 key) throws IOException {
    KeptRows rows = KeptRows.open(folder, widths.keySet(), key);
    kept = Optional.of(rows);
    loss = rows.loss();
    int taken = 0;
    for (List<Mark> marks : rows.byShard()) {
      int of = next == lengths.length
          ? 0
          : marks.getLast().shard() == null ? takeUnfinished(marks) : takeFinished(marks);
      taken += of;
      if (of < marks.size()) {
        loss = Optional.of(Journal.Loss.DAMAGED);
        break;
      }
    }
    rows.keepFirst(taken);
    deleteOtherShards();
  }

  /// How many of a finished shard's marks hold: all or none.
  private int takeFinished(List<Mark> marks) throws IOException {
    Heartbeat.beat();
    layShard();
    Mark end = marks.getLast();
    Path file = shardFile();
    if (end.rollouts() != shardEnd || end.shard().rows() != shardRows
        || !end.shard().file().equals(file.getFileName().toString()) || !Files.isRegularFile(file)
        || Files.size(file) != end.shard().bytes() || !Sha256.of(file).equals(end.shard().sha256())) {
      return 0;
    }
    shards.add(end.shard());
    take(end);
    return marks.size();
  }

  /// How many marks of the shard that was under way hold.
  private int takeUnfinished(List<Mark> marks) throws IOException {
    layShard();
    Path temporary = AtomicFile.temporary(shardFile());
    if (Files.isRegularFile(shardFile())) {
      Files.move(shardFile(), temporary, StandardCopyOption.REPLACE_EXISTING); // killed before this was marked
    }
    if (!Files.isRegularFile(temporary, LinkOption.NOFOLLOW_LINKS)) {
      return 0;
    }
    openShard();
    for (int i = 0; i < marks.size(); i++) {
      Mark mark = marks.get(i);
      if (mark.rollouts() <= next || mark.rollouts() >= shardEnd) {
        return i;
      }
      long end = marked + Arrays.stream(lengths, next, mark.rollouts()).asLongStream().sum();
      if (shard.checksum(marked, end) != mark.checksum()) {
        return i;
      }
      shard.skip(end);
      written = end;
      marked = end;
      take(mark);
    }
    return marks.size();
  }

  private void take(Mark mark) {
    next = mark.rollouts();
    mark.hooks().forEach(hook -> tallies.put(hook.hook(), new Tally(hook)));
  }

  private void deleteOtherShards() throws IOException {
    Set<String> own = shards.stream().map(Shard::file).collect(Collectors.toSet());
    if (shard != null) {
      own.add(AtomicFile.temporary(shardFile()).getFileName().toString());
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "{,.}shard-*.safetensors{,.tmp}")) {
      for (Path file : all) {
        if (!own.contains(file.getFileName().toString())) {
          Files.delete(file);
        }
      }
    }
  }

  /// Appends one rollout's rows.
  ///
  /// @param rollout its line in the rollouts file: 0 first, then 1, …
  /// @param tokens its token ids
  /// @param sequence which sequence of the recording it is
  /// @throws IllegalArgumentException if it is out of order, or its length or a width is not as announced
  public void append(int rollout, int[] tokens, Recording recording, int sequence) throws IOException {
    if (rollout != next || next == lengths.length) {
      throw new IllegalArgumentException("rollouts are written in order, expected "
          + (next == lengths.length ? "none after " + (next - 1) : next) + ", found " + rollout);
    }
    int firstRow = recording.rowOf()[sequence];
    int rows = recording.rowOf()[sequence + 1] - firstRow;
    if (rows != lengths[rollout] || tokens.length != rows) {
      throw new IllegalArgumentException("rollout " + rollout + " was announced with " + lengths[rollout]
          + " tokens, found " + tokens.length + " tokens and " + rows + " rows");
    }
    widths.forEach((hook, width) -> {
      if (!width.equals(recording.widths().get(hook))) {
        throw new IllegalArgumentException(
            hook + " was announced with width " + width + ", found " + recording.widths().get(hook));
      }
    });
    if (shard == null) {
      layShard();
      openShard();
    }
    int[] lines = new int[rows];
    Arrays.fill(lines, rollout);
    int[] positions = new int[rows];
    Arrays.setAll(positions, t -> t);
    shard.append(ROLLOUT, lines, 0, rows);
    shard.append(POSITION, positions, 0, rows);
    shard.append(TOKEN_IDS, tokens, 0, rows);
    for (Map.Entry<HookPoint, Integer> hook : widths.entrySet()) {
      int width = hook.getValue();
      float[] values = recording.at(hook.getKey()); // (rows of the recording, width)
      shard.append(hook.getKey().toString(), values, firstRow * width, rows * width);
      tallies.get(hook.getKey()).count(values, firstRow, rows, width, dtype);
    }
    next++;
    written += rows;
    if (next == shardEnd) {
      endShard();
    }
  }

  /// Keeps what was appended so far, for whoever resumes this store.
  ///
  /// @throws IllegalStateException if [#resume] did not open this writer
  public void keep() throws IOException {
    KeptRows rows = kept.orElseThrow(() -> new IllegalStateException(folder + " was not opened to be resumed"));
    if (shard != null && written > marked) {
      rows.add(new Mark(next, hooks(), shard.checksum(marked, written), null));
      marked = written;
    }
  }

  private List<Hook> hooks() {
    List<Hook> hooks = new ArrayList<>();
    tallies.forEach((hook, tally) -> hooks
        .add(new Hook(hook, widths.get(hook), tally.rows, tally.values, tally.overflowed)));
    return hooks;
  }

  /// Completes the store. What was kept stays, in `index.json.partial`, until the caller deletes it: a store that is resumed once more needs it.
  ///
  /// @throws IllegalStateException if a rollout is missing
  public StoreIndex finish() throws IOException {
    if (next != lengths.length) {
      throw new IllegalStateException(folder + " was announced with " + lengths.length + " rollouts, found " + next);
    }
    List<Long> firstRows = new ArrayList<>(lengths.length);
    long rows = 0;
    for (int length : lengths) {
      firstRows.add(rows);
      rows += length;
    }
    StoreIndex index = new StoreIndex(dtype, hooks(), lengths.length, rows, firstRows, shards);
    RecordJson.write(folder.resolve(ActivationStore.INDEX), ActivationStore.FORMAT, index);
    return index;
  }

  /// Abandons the shard under way, if there is one, but for what was kept of it.
  @Override
  public void close() throws IOException {
    try {
      if (shard != null) {
        shard.abandon();
        shard = null;
      }
    } finally {
      if (kept.isPresent()) {
        kept.get().close();
      }
    }
  }

  /// Decides which rollouts the next shard takes.
  private void layShard() {
    written = 0;
    marked = 0;
    shardEnd = next + 1;
    shardRows = lengths[next];
    while (shardEnd < lengths.length && shardRows + lengths[shardEnd] <= Integer.MAX_VALUE
        && ActivationStore.estimateBytes(shardRows + lengths[shardEnd], widths.values(), dtype) <= shardBytes) {
      shardRows += lengths[shardEnd++];
    }
  }

  private void openShard() throws IOException {
    List<Declared> tensors = new ArrayList<>();
    for (String name : List.of(ROLLOUT, POSITION, TOKEN_IDS)) {
      tensors.add(new Declared(name, DType.I32, List.of(shardRows)));
    }
    for (Map.Entry<HookPoint, Integer> hook : widths.entrySet()) {
      tensors.add(new Declared(hook.getKey().toString(), dtype, List.of(shardRows, (long) hook.getValue())));
    }
    shard = kept.isPresent()
        ? SafetensorsWriter.resumable(shardFile(), tensors)
        : new SafetensorsWriter(shardFile(), tensors, Map.of());
  }

  private void endShard() throws IOException {
    Path file = shardFile();
    shard.close();
    shard = null;
    shards.add(new Shard(file.getFileName().toString(), shardRows, Files.size(file), Sha256.of(file)));
    if (kept.isPresent()) {
      kept.get().add(new Mark(next, hooks(), 0, shards.getLast()));
    }
  }

  private Path shardFile() {
    return folder.resolve("shard-%05d.safetensors".formatted(shards.size()));
  }

  /// What is not finite at one hook point, as stored.
  private static final class Tally {
    long rows;
    long values;
    long overflowed;

    Tally() {}

    Tally(Hook before) {
      rows = before.nonFiniteRows();
      values = before.nonFiniteValues();
      overflowed = before.overflowed();
    }

    void count(float[] recorded, int firstRow, int count, int width, DType dtype) {
      for (int row = firstRow; row < firstRow + count; row++) {
        long before = values;
        for (int i = row * width; i < (row + 1) * width; i++) {
          boolean finite = Float.isFinite(recorded[i]);
          boolean kept = finite
              && (dtype == DType.F32 || Float.isFinite(Float.float16ToFloat(Float.floatToFloat16(recorded[i]))));
          values += kept ? 0 : 1;
          overflowed += finite && !kept ? 1 : 0;
        }
        rows += values > before ? 1 : 0;
      }
    }
  }
}
