package org.striatum.hooks.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// Remembers which models passed the [ParityGate], by the content of their files and all else that decides the result,
/// so that only the first open of a file pays for it. A failure is never remembered.
///
/// Two folders of small files: `parity/` by key, and `content/`, which spares hashing gigabytes again while a file's
/// path, size, times and inode stay the same. Anything missing, damaged or unwritable is as if nothing were remembered;
/// both may be deleted at any time. Safe for several processes: every file appears whole, by a rename.
public final class ParityLedger {
  /// A file changed this recently could be changed again within the same tick of its clock, unseen.
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Path passes;
  private final Path contents;

  /// A ledger in a folder, which is made when something is remembered.
  public ParityLedger(Path folder) {
    this.passes = folder.resolve("parity");
    this.contents = folder.resolve("content");
  }

  private record Pass(Sha256 key, ParityReport report) {}

  private record Content(String file, Sha256 hash) {}

  /// What decides whether a model passes.
  ///
  /// @param files weights, configuration, graph: by content, hashed unless known
  /// @param circumstances everything else: versions, the way weights are held, the processor
  /// @throws IOException if a file cannot be read
  public Sha256 key(List<Path> files, List<String> circumstances) throws IOException {
    String hashes;
    try {
      hashes = files.parallelStream().map(file -> file.getFileName() + " " + content(file))
          .collect(Collectors.joining("\n"));
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
    return Sha256.of((hashes + "\n\n" + String.join("\n", circumstances)).getBytes(StandardCharsets.UTF_8));
  }

  /// Bytes that [#key] will have to read.
  public long unknownBytes(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      if (known(identity(file)).isEmpty()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  /// The report of an earlier pass under this key.
  public Optional<ParityReport> passed(Sha256 key) {
    return read(passes.resolve(key + ".json"), Pass.class)
        .filter(pass -> pass.key().equals(key) && pass.report().passed()).map(Pass::report);
  }

  /// Remembers a pass.
  ///
  /// @throws IllegalArgumentException if the report is of a failure
  public void remember(Sha256 key, ParityReport report) {
    if (!report.passed()) {
      throw new IllegalArgumentException("only a pass is remembered, found a failure: " + report.failure());
    }
    write(passes.resolve(key + ".json"), new Pass(key, report));
  }

  private Sha256 content(Path file) {
    try {
      String identity = identity(file);
      Optional<Sha256> known = known(identity);
      if (known.isPresent()) {
        return known.get();
      }
      Sha256 hash = Sha256.of(file);
      if (settled(file) && identity(file).equals(identity)) {
        write(entry(identity), new Content(identity, hash));
      }
      return hash;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private Optional<Sha256> known(String identity) {
    return read(entry(identity), Content.class).filter(entry -> entry.file().equals(identity)).map(Content::hash);
  }

  private Path entry(String identity) {
    return contents.resolve(Sha256.of(identity.getBytes(StandardCharsets.UTF_8)) + ".json");
  }

  /// Path, size, times and inode: what changes when content does. The change time, which nobody sets at will, where
  /// the platform has one.
  private static String identity(Path file) throws IOException {
    Path real = file.toRealPath();
    BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
    return "%s|%d|%s|%s|%s".formatted(real, attributes.size(), attributes.lastModifiedTime().toInstant(), changed(real),
        attributes.fileKey());
  }

  private static Instant changed(Path real) throws IOException {
    try {
      Map<String, Object> unix = Files.readAttributes(real, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
      return ((FileTime) unix.get("ctime")).toInstant();
    } catch (UnsupportedOperationException | IllegalArgumentException _) {
      return Files.getLastModifiedTime(real).toInstant();
    }
  }

  private static boolean settled(Path file) throws IOException {
    return changed(file.toRealPath()).plus(SETTLED).isBefore(Instant.now());
  }

  private static <T> Optional<T> read(Path file, Class<T> type) {
    try {
      return Files.isRegularFile(file) ? Optional.of(RecordJson.read(file, type)) : Optional.empty();
    } catch (IOException | RuntimeException _) {
      return Optional.empty(); // as if nothing were remembered
    }
  }

  private static void write(Path file, Object entry) {
    try {
      Files.createDirectories(file.getParent());
      Path temporary = Files.createTempFile(file.getParent(), ".", ".tmp");
      try {
        Files.write(temporary, RecordJson.pretty(entry));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException | SecurityException _) {
      // not remembered: the next open checks again
    }
  }
}
