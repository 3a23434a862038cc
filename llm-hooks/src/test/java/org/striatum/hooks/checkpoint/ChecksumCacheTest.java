package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.run.Sha256;

class ChecksumCacheTest {
  private static final Path CHECKPOINT = Path.of("../checkpoints/tiny-reasoner-step2000");
  /// Written long before this test runs.
  private static final Path SETTLED = CHECKPOINT.resolve("model.safetensors");

  @TempDir
  private Path folder;

  private final ConcurrentLinkedQueue<Path> reads = new ConcurrentLinkedQueue<>();

  private ChecksumCache cache(Optional<Path> kept) {
    return cache(kept, InstantSource.system());
  }

  private ChecksumCache cache(Optional<Path> kept, InstantSource clock) {
    return new ChecksumCache(kept, file -> {
      reads.add(file);
      return Sha256.of(file);
    }, clock);
  }

  @Test
  void aSettledFileIsReadOnceByAllProcesses() throws Exception {
    Path kept = folder.resolve("cache");
    assertThat(cache(Optional.of(kept)).of(SETTLED)).isEqualTo(Sha256.of(SETTLED));
    ChecksumCache later = cache(Optional.of(kept));
    assertThat(later.of(SETTLED)).isEqualTo(Sha256.of(SETTLED));
    assertThat(later.unknownBytes(List.of(SETTLED))).isZero();
    assertThat(reads).hasSize(1);
    try (Stream<Path> files = Files.list(kept.resolve("content"))) {
      for (Path entry : files.toList()) {
        Files.delete(entry);
      }
    }
    later.of(SETTLED);
    assertThat(reads).as("known in memory too").hasSize(1);
    cache(Optional.of(kept)).of(SETTLED);
    assertThat(reads).hasSize(2);
  }

  @Test
  void aFileThatWasJustWrittenIsReadAgain() throws Exception {
    ChecksumCache cache = cache(Optional.of(folder.resolve("cache")));
    Path fresh = Files.writeString(folder.resolve("fresh"), "one");
    Sha256 before = cache.of(fresh);
    assertThat(cache.unknownBytes(List.of(SETTLED, fresh))).isEqualTo(Files.size(SETTLED) + 3);
    Files.writeString(fresh, "two"); // the same size, within the same tick of the clock perhaps
    assertThat(cache.of(fresh)).isEqualTo(Sha256.of(fresh)).isNotEqualTo(before);
    assertThat(reads).hasSize(2);
  }

  @Test
  void aKnownFileThatChangesIsReadAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "one");
    ChecksumCache cache = cache(Optional.empty(), InstantSource.offset(InstantSource.system(), Duration.ofMinutes(1))); // settled by then
    Sha256 before = cache.of(file);
    assertThat(cache.of(file)).isEqualTo(before);
    assertThat(reads).hasSize(1);
    FileTime modified = Files.getLastModifiedTime(file);
    Files.writeString(file, "two");
    Files.setLastModifiedTime(file, modified); // as unpacking an archive does
    assertThat(cache.of(file)).isEqualTo(Sha256.of(file)).isNotEqualTo(before);
    assertThat(reads).hasSize(2);
  }

  @Test
  void aDamagedOrMisplacedEntryIsNone() throws Exception {
    Path kept = folder.resolve("cache");
    cache(Optional.of(kept)).of(SETTLED);
    Path other = CHECKPOINT.resolve("config.json");
    cache(Optional.of(kept)).of(other);
    List<Path> entries;
    try (Stream<Path> files = Files.list(kept.resolve("content"))) {
      entries = files.sorted().toList();
    }
    String first = Files.readString(entries.get(0));
    Files.writeString(entries.get(0), Files.readString(entries.get(1)));
    Files.writeString(entries.get(1), first);
    assertThat(cache(Optional.of(kept)).of(SETTLED)).isEqualTo(Sha256.of(SETTLED));
    for (String damaged : List.of("", "null", "{", first.substring(0, first.length() / 2))) {
      for (Path entry : entries) {
        Files.writeString(entry, damaged);
      }
      assertThat(cache(Optional.of(kept)).of(SETTLED)).as(damaged).isEqualTo(Sha256.of(SETTLED));
    }
    assertThat(reads).hasSize(7);
  }

  @Test
  void manyReadersLeaveWholeEntriesAndNoTemporaryFile() throws Exception {
    Path kept = folder.resolve("cache");
    Sha256 expected = Sha256.of(SETTLED);
    IntStream.range(0, 32).parallel()
        .forEach(_ -> assertThat(unchecked(cache(Optional.of(kept)))).isEqualTo(expected));
    try (Stream<Path> files = Files.list(kept.resolve("content"))) {
      assertThat(files).hasSize(1);
    }
  }

  private static Sha256 unchecked(ChecksumCache cache) {
    try {
      return cache.of(SETTLED);
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNoReasonToFail() throws Exception {
    Path below = Files.writeString(folder.resolve("file"), "").resolve("below");
    assertThat(cache(Optional.of(below)).of(SETTLED)).isEqualTo(Sha256.of(SETTLED));
    ChecksumCache cache = cache(Optional.empty());
    assertThatThrownBy(() -> cache.of(Map.of("none", folder.resolve("none")))).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anOpenModelReadsItsFilesOnceForWhoeverAsks() throws Exception {
    ChecksumCache cache = cache(Optional.of(folder.resolve("cache")));
    try (HookedModel model = HookedModel.open(CHECKPOINT, Optional.empty(), 1, cache)) {
      assertThat(reads).isEmpty();
      assertThat(model.checksums().keySet()).containsExactlyInAnyOrderElementsOf(model.facts().files().keySet());
      assertThat(model.checksums()).containsEntry("model.safetensors", Sha256.of(SETTLED));
      assertThat(reads).hasSize(model.facts().files().size());
      assertThat(model.unknownBytes()).isZero();
    }
    try (HookedModel again = HookedModel.open(CHECKPOINT, Optional.empty(), 1,
        cache(Optional.of(folder.resolve("cache"))))) {
      again.checksums();
      assertThat(reads).hasSize(again.facts().files().size());
    }
  }
}
