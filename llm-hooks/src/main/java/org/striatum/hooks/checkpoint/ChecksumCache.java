package org.striatum.hooks.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.striatum.probe.run.Sha256;

/// SHA-256 of files, each read once while its path, size, times and inode stay the same.
///
/// Known checksums are kept in the memory of the process and, if there is a folder, in small files below it for later
/// processes; these may be deleted at any time. Thread-safe, and safe for several processes.
public final class ChecksumCache {
  /// A file changed this recently could be changed again within the same tick of its clock, unseen.
  private static final Duration SETTLED = Duration.ofSeconds(2);

  /// What this process has read: what a file is known by leaves nothing to be kept apart.
  private static final Map<String, Sha256> READ = new ConcurrentHashMap<>();

  private final Optional<EntryFolder> entries; // where they are kept, if they are
  private final Hasher hasher;
  private final InstantSource clock;
  private final Map<String, Sha256> known;

  /// Reads a whole file.
  interface Hasher {
    Sha256 hash(Path file) throws IOException;
  }

  private record HashedFile(String file, Sha256 hash) {}

  ChecksumCache(Optional<Path> folder, Hasher hasher, InstantSource clock) {
    this(folder, hasher, clock, new ConcurrentHashMap<>());
  }

  private ChecksumCache(Optional<Path> folder, Hasher hasher, InstantSource clock, Map<String, Sha256> known) {
    this.known = known;
    this.entries = folder.map(parent -> new EntryFolder(parent.resolve("content")));
    this.hasher = hasher;
    this.clock = clock;
  }

  /// Kept in a folder, which is made when something is to be kept.
  public ChecksumCache(Path folder) {
    this(Optional.of(folder), Sha256::of, InstantSource.system(), READ);
  }

  /// Kept for as long as this process lives.
  public static ChecksumCache inMemory() {
    return new ChecksumCache(Optional.empty(), Sha256::of, InstantSource.system(), READ);
  }

  /// The checksum of a file's content.
  ///
  /// @throws IOException if it cannot be read
  public Sha256 of(Path file) throws IOException {
    String identity = identity(file);
    Optional<Sha256> before = known(identity);
    if (before.isPresent()) {
      known.put(identity, before.get()); // the folder may be emptied at any time
      return before.get();
    }
    Sha256 hash = hasher.hash(file);
    if (settled(file) && identity(file).equals(identity)) {
      known.put(identity, hash);
      entries.ifPresent(folder -> folder.write(name(identity), new HashedFile(identity, hash)));
    }
    return hash;
  }

  /// The checksums of several files, read in parallel.
  ///
  /// @throws IOException if one cannot be read
  public SortedMap<String, Sha256> of(Map<String, Path> files) throws IOException {
    Map<String, Sha256> hashes = new ConcurrentHashMap<>();
    try {
      files.entrySet().parallelStream().forEach(file -> {
        try {
          hashes.put(file.getKey(), of(file.getValue()));
        } catch (IOException unreadable) {
          throw new UncheckedIOException(unreadable);
        }
      });
    } catch (UncheckedIOException unreadable) {
      throw unreadable.getCause();
    }
    return new TreeMap<>(hashes);
  }

  /// Bytes that [#of] would have to read.
  public long unknownBytes(Collection<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      if (known(identity(file)).isEmpty()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private Optional<Sha256> known(String identity) {
    Sha256 inMemory = known.get(identity);
    return inMemory != null
        ? Optional.of(inMemory)
        : entries.flatMap(folder -> folder.read(name(identity), HashedFile.class))
            .filter(entry -> entry.file().equals(identity)).map(HashedFile::hash);
  }

  private static String name(String identity) {
    return Sha256.of(identity.getBytes(StandardCharsets.UTF_8)).hex();
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
    return real.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? ((FileTime) Files.getAttribute(real, "unix:ctime", LinkOption.NOFOLLOW_LINKS)).toInstant()
        : Files.getLastModifiedTime(real).toInstant();
  }

  private boolean settled(Path file) throws IOException {
    return changed(file.toRealPath()).plus(SETTLED).isBefore(clock.instant());
  }
}
