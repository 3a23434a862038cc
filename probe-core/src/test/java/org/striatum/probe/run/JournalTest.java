package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.Journal.Loss;

class JournalTest {
  private static final long SEED = 20261130;
  private static final Sha256 KEY = Sha256.of(new byte[]{1});
  private static final Sha256 OTHER = Sha256.of(new byte[]{2});

  @TempDir
  Path folder;

  /// Records of random lengths, some empty, and where each one's frame ends.
  private record Written(byte[] file, List<byte[]> records, List<Integer> ends) {
    int wholeBefore(int byteCount) {
      return (int) ends.stream().filter(end -> end <= byteCount).count();
    }
  }

  private Written written(Random random) throws IOException {
    Path file = folder.resolve("written.partial");
    Files.deleteIfExists(file);
    List<byte[]> records = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    try (Journal journal = Journal.open(file, KEY, _ -> {})) {
      for (int i = random.nextInt(1, 9); i > 0; i--) {
        List<byte[]> batch = new ArrayList<>();
        for (int j = random.nextInt(1, 4); j > 0; j--) {
          byte[] one = new byte[random.nextInt(40)];
          random.nextBytes(one);
          batch.add(one);
        }
        records.addAll(batch);
        int end = (int) Files.size(file);
        for (byte[] one : batch) {
          end += 8 + one.length;
          ends.add(end);
        }
        journal.append(batch);
      }
    }
    assertThat((long) ends.getLast()).isEqualTo(Files.size(file));
    return new Written(Files.readAllBytes(file), records, ends);
  }

  private record Opened(List<byte[]> records, Optional<Loss> loss) {}

  private static Opened open(Path file, Sha256 key) throws IOException {
    List<byte[]> found = new ArrayList<>();
    try (Journal journal = Journal.open(file, key, found::add)) {
      assertThat(journal.records()).isEqualTo(found.size());
      return new Opened(found, journal.loss());
    }
  }

  @Test
  void everyCutLeavesThePrefixOfWholeRecords() throws IOException {
    Random random = new Random(SEED);
    for (int trial = 0; trial < 100; trial++) {
      Written written = written(random);
      int length = random.nextInt(written.file.length + 1);
      String where = "seed %d, trial %d, cut to %d of %d".formatted(SEED, trial, length, written.file.length);
      Path file = Files.write(folder.resolve("cut.partial"), Arrays.copyOf(written.file, length));
      Opened opened = open(file, KEY);
      int whole = written.wholeBefore(length);
      assertThat(opened.records).as(where).containsExactlyElementsOf(written.records.subList(0, whole));
      assertThat(opened.loss).as(where).isEmpty();
      // What follows stands where the torn record stood.
      try (Journal journal = Journal.open(file, KEY, _ -> {})) {
        journal.append(written.records.subList(whole, written.records.size()));
      }
      assertThat(file).as(where).hasBinaryContent(written.file);
    }
  }

  @Test
  void everyFlippedByteIsFoundAndWhatStoodBeforeItKept() throws IOException {
    Random random = new Random(SEED + 1);
    for (int trial = 0; trial < 300; trial++) {
      Written written = written(random);
      int at = random.nextInt(written.file.length);
      byte[] damaged = written.file.clone();
      damaged[at] ^= (byte) random.nextInt(1, 256);
      Opened opened = open(Files.write(folder.resolve("damaged.partial"), damaged), KEY);
      assertThat(opened.records).as("seed %d, trial %d, byte %d of %d", SEED + 1, trial, at, damaged.length)
          .containsExactlyElementsOf(written.records.subList(0, written.wholeBefore(at)));
    }
  }

  @Test
  void damageIsSaid() throws IOException {
    Written written = written(new Random(SEED));
    byte[] damaged = written.file.clone();
    damaged[damaged.length - 1] ^= 1;
    Path file = Files.write(folder.resolve("damaged.partial"), damaged);
    if (written.records.getLast().length == 0) {
      throw new IllegalStateException("choose a seed whose last record is not empty");
    }
    assertThat(open(file, KEY).loss).contains(Loss.DAMAGED);
    assertThat(open(file, KEY).loss).as("it was cut away").isEmpty();
  }

  @Test
  void aRecordThatTheWorkCannotTakeIsDamage() throws IOException {
    Path file = Files.write(folder.resolve("r.partial"), written(new Random(SEED)).file);
    try (Journal journal = Journal.open(file, KEY, _ -> {
      throw new BadDataException("no record of mine");
    })) {
      assertThat(journal.records()).isZero();
      assertThat(journal.loss()).contains(Loss.DAMAGED);
    }
    assertThat(open(file, KEY).records).isEmpty();
  }

  @Test
  void anotherWorksRecordsAreNotTaken() throws IOException {
    Path file = Files.write(folder.resolve("r.partial"), written(new Random(SEED)).file);
    Opened opened = open(file, OTHER);
    assertThat(opened.records).isEmpty();
    assertThat(opened.loss).contains(Loss.OTHER_WORK);
    assertThat(open(file, OTHER).loss).as("begun anew").isEmpty();
    Files.write(file,
        "no journal at all, but rather a long text that somebody left here, longer than any header of one\n"
            .repeat(9).getBytes(StandardCharsets.UTF_8));
    assertThat(open(file, KEY).loss).contains(Loss.DAMAGED);
  }

  @Test
  void aBoundlessLengthTakesNoMemory() throws IOException {
    Path file = folder.resolve("r.partial");
    open(file, KEY);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.seek(sparse.length());
      sparse.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(Integer.MAX_VALUE).array());
      sparse.setLength(4L << 30);
    }
    assertThat(open(file, KEY).loss).contains(Loss.DAMAGED);
    assertThat(Files.size(file)).isLessThan(1000);
    try (Journal journal = Journal.open(file, KEY, _ -> {})) {
      assertThatThrownBy(() -> journal.append(List.of(new byte[Journal.MOST_BYTES + 1])))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at most 67108864 bytes");
    }
  }

  @Test
  void aRefusedRecordTakesItsBatchWithIt() throws IOException {
    Path file = folder.resolve("r.partial");
    try (Journal journal = Journal.open(file, KEY, _ -> {})) {
      journal.append(List.of(new byte[]{1}));
      assertThatThrownBy(() -> journal.append(List.of(new byte[]{2}, new byte[Journal.MOST_BYTES + 1])));
      journal.append(List.of(new byte[]{3}));
    }
    assertThat(open(file, KEY).records).containsExactly(new byte[]{1}, new byte[]{3});
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path precious = Files.writeString(folder.resolve("precious"), "keep");
    Path file = Files.createSymbolicLink(folder.resolve("r.partial"), precious);
    open(file, KEY);
    assertThat(precious).hasContent("keep");
    assertThat(file).isRegularFile();
    assertThat(Files.isSymbolicLink(file)).isFalse();
  }
}
