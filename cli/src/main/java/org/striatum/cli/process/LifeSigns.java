package org.striatum.cli.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/// A small file shared by a process and its supervisor: the process maps it and writes the time of its last heartbeat, how
/// long it may be silent, and which checkpoint it runs; the supervisor reads. It is a file because standard input, output
/// and error belong to the command, and because its content survives a crash.
final class LifeSigns implements AutoCloseable {
  /// The system property with the file's path, for the process that writes it.
  static final String VARIABLE = "STRIATUM_LIFE_SIGNS";

  private static final int BEAT = 0;
  private static final int LIMIT = 8; // milliseconds
  private static final int SUPERVISOR = 16; // process id
  private static final int NAME_LENGTH = 24;
  private static final int NAME = 28;
  private static final int SIZE = 4096;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Path path;
  private final RandomAccessFile file;

  private LifeSigns(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /// The supervisor's side, in a folder of the process's temporary files. All of it is deleted when it is closed.
  static LifeSigns create() throws IOException {
    Path folder = TemporaryFolder.create();
    try {
      Path path = Files.createFile(folder.resolve(TemporaryFolder.LIFE));
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      lock(file.getChannel());
      file.write(new byte[SIZE]); // all of it: a mapped page that a full disk cannot hold would kill the writer
      file.seek(SUPERVISOR);
      file.writeLong(ProcessHandle.current().pid());
      return new LifeSigns(path, file);
    } catch (IOException | RuntimeException failed) {
      TemporaryFolder.delete(folder);
      throw failed;
    }
  }

  /// For [TemporaryFolder], until this process ends.
  private static void lock(FileChannel channel) {
    try {
      channel.tryLock();
    } catch (IOException _) {
      // a file system without locks: nobody else can lock it either, and the folder stays
    }
  }

  Path path() {
    return path;
  }

  /// Where the temporary files of the process are.
  Path folder() {
    return path.getParent();
  }

  /// Where the process says in words why it ends.
  static Path failure(Path path) {
    return path.resolveSibling(path.getFileName().toString().concat(".failure.json"));
  }

  /// The time of the last heartbeat, by the clock of the process.
  long beat() throws IOException {
    return number(BEAT);
  }

  /// How long it may be silent; zero means no limit.
  Duration limit() throws IOException {
    return Duration.ofMillis(number(LIMIT));
  }

  /// The checkpoint it runs.
  Optional<String> checkpoint() throws IOException {
    file.seek(NAME_LENGTH);
    int length = file.readInt();
    if (length <= 0 || length > SIZE - NAME) {
      return Optional.empty();
    }
    byte[] name = new byte[length];
    file.readFully(name);
    return Optional.of(new String(name, StandardCharsets.UTF_8));
  }

  private long number(int at) throws IOException {
    file.seek(at);
    return file.readLong();
  }

  @Override
  public void close() throws IOException {
    file.close();
    TemporaryFolder.delete(folder());
  }

  /// The side of the watched process; none if it was started by hand. The process ends itself when its supervisor is gone,
  /// which can be killed without notice.
  static Supervision ofThisProcess() {
    String path = System.getenv(VARIABLE);
    if (path == null) {
      return Supervision.NONE;
    }
    Path file = Path.of(path);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer signs = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
      endWith(ProcessHandle.of(signs.getLong(SUPERVISOR)), file);
      return new Written(signs, failure(file));
    } catch (IOException | RuntimeException _) {
      return Supervision.NONE; // the supervisor of a parent process, gone
    }
  }

  private static void endWith(Optional<ProcessHandle> supervisor, Path file) {
    Thread.ofPlatform().daemon().name("end-with-supervisor").start(() -> {
      supervisor.ifPresent(handle -> handle.onExit().join());
      try {
        Files.deleteIfExists(file);
      } catch (IOException _) {
        // a temporary file stays
      }
      Thread.ofPlatform().daemon().start(() -> System.exit(143)); // as terminated: unfinished files are deleted
      try {
        Thread.sleep(GRACE);
      } catch (InterruptedException _) {
        // at once, then
      }
      Runtime.getRuntime().halt(143);
    });
  }

  private record Written(MappedByteBuffer signs, Path failure) implements Supervision {
    @Override
    public void opening(String checkpoint, Duration hangLimit) {
      byte[] name = Arrays.copyOf(checkpoint.getBytes(StandardCharsets.UTF_8),
          Math.min(checkpoint.getBytes(StandardCharsets.UTF_8).length, SIZE - NAME));
      signs.put(NAME, name);
      signs.putInt(NAME_LENGTH, name.length);
      beat();
      signs.putLong(LIMIT, hangLimit.toMillis());
    }

    @Override
    public void beat() {
      signs.putLong(BEAT, System.nanoTime());
    }

    @Override
    public void failed(int exitCode, String message) {
      new FailureReport(exitCode, message).write(failure);
    }
  }
}
