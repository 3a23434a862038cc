package org.striatum.probe.run;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/// Native libraries as they are in a jar, unpacked once and checked before every use by the size and the CRC-32 that the jar gives.
/// Processes can do so at once: files appear whole, and one that is replaced stays with whoever has it loaded.
public final class UnpackedLibrary {
  private static final Duration ABANDONED = Duration.ofHours(1);
  private static final String UNFINISHED = ".unpacking";
  private static final int BUFFER = 1 << 20;

  private UnpackedLibrary() {}

  /// Where resources of one jar lie as files of their own names, in a folder whose name changes with what is in them.
  ///
  /// @param parent of the folder, made if necessary
  /// @param name what the folder's name begins with
  /// @param resources absolute names
  /// @return empty if they are not all in a jar
  /// @throws IOException if they cannot be read or written, or the jar is damaged
  public static Optional<Path> folder(Path parent, String name, Class<?> neighbour, List<String> resources)
      throws IOException {
    List<JarURLConnection> packed = new ArrayList<>();
    CRC32 all = new CRC32();
    for (String resource : resources) {
      URL url = neighbour.getResource(resource);
      URLConnection connection = url == null ? null : url.openConnection();
      if (!(connection instanceof JarURLConnection entry)) {
        return Optional.empty();
      }
      packed.add(entry);
      all.update(Long.toHexString(entry(entry).getCrc()).getBytes(StandardCharsets.US_ASCII));
    }
    Path folder = Files.createDirectories(parent.resolve("%s-%08x".formatted(name, all.getValue())));
    for (JarURLConnection connection : packed) {
      JarEntry entry = entry(connection);
      Path file = folder.resolve(entry.getName().substring(entry.getName().lastIndexOf('/') + 1));
      if (!is(file, entry)) {
        unpack(connection.getJarFile(), entry, file);
      }
    }
    return Optional.of(folder);
  }

  private static JarEntry entry(JarURLConnection connection) throws IOException {
    JarEntry entry = connection.getJarEntry();
    if (entry == null) {
      throw new FileNotFoundException(connection.getURL().toString());
    }
    return entry;
  }

  private static boolean is(Path file, JarEntry entry) throws IOException {
    if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
      return false;
    }
    CRC32 found = new CRC32();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(buffer) >= 0) {
        found.update(buffer.flip());
        buffer.clear();
      }
    }
    return found.getValue() == entry.getCrc();
  }

  private static void unpack(JarFile jar, JarEntry entry, Path file) throws IOException {
    sweep(file.getParent());
    Path unfinished = Files.createTempFile(file.getParent(), ".", UNFINISHED);
    try {
      try (InputStream packed = jar.getInputStream(entry)) {
        Files.copy(packed, unfinished, StandardCopyOption.REPLACE_EXISTING);
      }
      if (!is(unfinished, entry)) {
        throw new IOException(jar.getName() + " is damaged: " + entry.getName() + " is not what the jar says it is");
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /// Deletes what a process left that was killed while it unpacked.
  private static void sweep(Path folder) throws IOException {
    Instant limit = Instant.now().minus(ABANDONED);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
      for (Path file : files) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException finished) {
          // Another process was at it, and is done.
        }
      }
    }
  }
}
