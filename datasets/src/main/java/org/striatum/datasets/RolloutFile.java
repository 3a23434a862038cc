package org.striatum.datasets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.striatum.datasets.table.BoundedLines;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.OtherFormatException;
import org.striatum.probe.run.RecordJson;

/// `rollouts.jsonl`: one graded completion per line, its problem nested, in the order in which activations are captured.
///
/// Fields that a [Rollout] does not have are ignored, so that researchers may add their own columns. Everything beyond
/// ASCII is written escaped, so any text is read back unchanged, half surrogate pairs included. Files are untrusted: no
/// line above 16 MiB is held in memory.
public final class RolloutFile {
  private static final FileFormat FORMAT = new FileFormat("rollouts", 1);

  private RolloutFile() {}

  /// Every rollout of the file: the list's index is the line's, from 0.
  ///
  /// @throws BadDataException as [#forEach] does
  public static List<Rollout> read(Path file) throws IOException {
    List<Rollout> rollouts = new ArrayList<>();
    forEach(file, rollouts::add);
    return rollouts;
  }

  /// Passes on one rollout after the other, keeping none.
  ///
  /// @throws BadDataException if the file is missing or empty, or a line is empty, too long or not a rollout, naming the
  ///     line, counted from 1
  public static void forEach(Path file, Consumer<Rollout> consumer) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadDataException(file + " is not a file");
    }
    try (BoundedLines lines = new BoundedLines(file)) {
      for (byte[] json = lines.next(); json != null; json = lines.next()) {
        consumer.accept(parse(json, lines.place()));
      }
      if (lines.count() == 0) {
        throw new BadDataException(file + " must hold at least one rollout, found none");
      }
    }
  }

  /// Writes the rollouts, atomically.
  public static void write(Path file, Iterable<Rollout> rollouts) throws IOException {
    try (Writer writer = new Writer(file)) {
      for (Rollout rollout : rollouts) {
        writer.append(rollout);
      }
      writer.commit();
    }
  }

  private static Rollout parse(byte[] json, String where) throws BadDataException {
    try {
      Rollout rollout = RecordJson.parse(json, FORMAT, Rollout.class, where);
      if (rollout.problem() == null || rollout.completion() == null) {
        throw new BadDataException(where + ": a rollout must have a problem and a completion, found null");
      }
      for (int token : rollout.tokens()) {
        if (token < 0) {
          throw new BadDataException(where + ": a token id must be ≥ 0, found " + token);
        }
      }
      return rollout;
    } catch (OtherFormatException e) {
      throw e;
    } catch (BadDataException e) {
      throw new BadDataException(e.getMessage() + ": correct or remove the line", e);
    }
  }

  /// Appends rollouts one by one to a file that appears complete at the commit, and not at all without it.
  public static final class Writer implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final AtomicFile file;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

    public Writer(Path target) throws IOException {
      file = new AtomicFile(target);
    }

    public void append(Rollout rollout) throws IOException {
      buffer.writeBytes(RecordJson.compact(FORMAT, rollout));
      buffer.write('\n');
      if (buffer.size() >= BUFFER) {
        flush();
      }
    }

    /// Puts the file in place.
    public void commit() throws IOException {
      flush();
      file.commit();
    }

    /// Deletes the file if it was not committed.
    @Override
    public void close() throws IOException {
      file.close();
    }

    private void flush() throws IOException {
      FileChannel channel = file.channel();
      ByteBuffer bytes = ByteBuffer.wrap(buffer.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      buffer.reset();
    }
  }
}
