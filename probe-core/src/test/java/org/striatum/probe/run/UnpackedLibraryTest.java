package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibraryTest {
  private static final int BYTES = 3_000_000;
  private static final List<String> NAMES = List.of("/natives/a.so", "/natives/b.so");

  @TempDir
  private Path folder;
  private byte[] a;
  private byte[] b;
  private Class<?> neighbour;

  @BeforeEach
  void pack() throws Exception {
    a = new byte[BYTES];
    b = new byte[BYTES / 2];
    new SplittableRandom(1).nextBytes(a);
    new SplittableRandom(2).nextBytes(b);
    neighbour = packed("one.jar");
  }

  /// A class in a jar beside the resources.
  private Class<?> packed(String name) throws Exception {
    String type = UnpackedLibrary.class.getName().replace('.', '/') + ".class";
    Path jar = folder.resolve(name);
    try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
      for (int i = 0; i < NAMES.size(); i++) {
        out.putNextEntry(new ZipEntry(NAMES.get(i).substring(1)));
        out.write(i == 0 ? a : b);
      }
      out.putNextEntry(new ZipEntry(type));
      out.write(UnpackedLibrary.class.getResourceAsStream("/" + type).readAllBytes());
    }
    return new URLClassLoader(new URL[]{jar.toUri().toURL()}, null).loadClass(UnpackedLibrary.class.getName());
  }

  private Path unpacked() throws IOException {
    return UnpackedLibrary.folder(folder.resolve("cache"), "natives", neighbour, NAMES).orElseThrow();
  }

  private void assertWhole(Path place) throws IOException {
    assertThat(place.resolve("a.so")).hasBinaryContent(a);
    assertThat(place.resolve("b.so")).hasBinaryContent(b);
    try (Stream<Path> all = Files.list(place)) {
      assertThat(all).hasSize(NAMES.size());
    }
  }

  @Test
  void theyAreUnpackedOnce() throws Exception {
    Path place = unpacked();
    assertWhole(place);
    FileTime old = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(place.resolve("a.so"), old);
    assertThat(unpacked()).isEqualTo(place);
    assertThat(Files.getLastModifiedTime(place.resolve("a.so"))).isEqualTo(old);
  }

  @Test
  void aDamagedOneIsReplacedAndWhoeverHasItOpenKeepsIts() throws Exception {
    Path file = unpacked().resolve("a.so");
    for (byte[] damaged : List.of(new byte[0], new byte[BYTES], Arrays.copyOf(a, BYTES - 1))) {
      Files.write(file, damaged);
      try (var open = Files.newByteChannel(file, StandardOpenOption.READ)) {
        assertWhole(unpacked());
        assertThat(open.size()).isEqualTo(damaged.length);
      }
    }
    Files.delete(file);
    assertWhole(unpacked());
  }

  @Test
  void otherContentHasAnotherFolder() throws Exception {
    Path first = unpacked();
    a[7]++;
    neighbour = packed("two.jar");
    assertThat(unpacked()).isNotEqualTo(first);
    assertWhole(unpacked());
  }

  @Test
  void manyCanDoItAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Path>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(this::unpacked);
      }
      for (Future<Path> one : threads.invokeAll(all)) {
        assertWhole(one.get());
      }
    }
  }

  @Test
  void whatAKilledOneLeftIsDeletedAndWhatAnotherIsAtIsNot() throws Exception {
    Path place = unpacked();
    Path left = Files.writeString(place.resolve(".1.unpacking"), "");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
    Path others = Files.writeString(place.resolve(".2.unpacking"), "");
    Files.delete(place.resolve("a.so"));
    unpacked();
    assertThat(left).doesNotExist();
    assertThat(others).exists();
  }

  @Test
  void aJarThatIsDamagedIsRefused() throws Exception {
    Path jar = folder.resolve("one.jar");
    byte[] bytes = Files.readAllBytes(jar);
    bytes[BYTES / 2] ^= 1;
    Files.write(folder.resolve("three.jar"), bytes);
    neighbour = new URLClassLoader(new URL[]{folder.resolve("three.jar").toUri().toURL()}, null)
        .loadClass(UnpackedLibrary.class.getName());
    assertThatThrownBy(this::unpacked).isInstanceOf(IOException.class);
    try (Stream<Path> all = Files.walk(folder.resolve("cache"))) {
      assertThat(all.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void whatIsInNoJarIsNotUnpacked() throws Exception {
    assertThat(UnpackedLibrary.folder(folder.resolve("cache"), "x", UnpackedLibrary.class,
        List.of("/org/striatum/probe/run/UnpackedLibrary.class"))).isEqualTo(Optional.empty());
    assertThat(UnpackedLibrary.folder(folder.resolve("cache"), "x", neighbour, List.of("/natives/c.so"))).isEmpty();
  }
}
