package org.striatum.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.run.BadDataException;

class ImageSetTest {
  @TempDir
  private Path folder;

  static byte[] idx(int type, int[] dimensions, byte[] bytes) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + bytes.length);
    file.putInt(type << 8 | dimensions.length);
    for (int size : dimensions) {
      file.putInt(size);
    }
    return file.put(bytes).array();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /// Three training images and two test images of 2 × 2.
  private void write(boolean gzipped) throws IOException {
    put(ImageSet.TRAIN_IMAGES, idx(8, new int[]{3, 2, 2}, new byte[]{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte) 255}),
        gzipped);
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{3}, new byte[]{0, 9, 5}), gzipped);
    put(ImageSet.TEST_IMAGES, idx(8, new int[]{2, 2, 2}, new byte[8]), gzipped);
    put(ImageSet.TEST_LABELS, idx(8, new int[]{2}, new byte[]{1, 2}), gzipped);
  }

  private void put(String name, byte[] content, boolean gzipped) throws IOException {
    Files.write(folder.resolve(name + (gzipped ? ".gz" : "")), gzipped ? gzip(content) : content);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsTheFourFiles(boolean gzipped) throws IOException {
    write(gzipped);
    ImageSet set = ImageSet.read(folder);
    assertThat(set.train().size()).isEqualTo(3);
    assertThat(set.test().size()).isEqualTo(2);
    assertThat(set.train().labels()).containsExactly(0, 9, 5);
    assertThat(set.train().ink()).startsWith(0f, 1 / 255f).endsWith(1f);
    assertThat(set.train().chosen(new int[]{2, 0}).pixels()).containsExactly(8, 9, 10, 255, 0, 1, 2, 3);
    assertThat(set.train().chosen(new int[]{2, 0}).labels()).containsExactly(5, 0);
  }

  @Test
  void checksumsAreOfWhatLiesBeforeGzip() throws IOException {
    write(false);
    var plain = ImageSet.read(folder).files();
    for (String name : ImageSet.NAMES) {
      Files.delete(folder.resolve(name));
    }
    write(true);
    assertThat(ImageSet.read(folder).files()).isEqualTo(plain).hasSize(4);
  }

  @Test
  void mnistIsWhatWasPublished() throws IOException {
    ImageSet mnist = Mnist.embedded();
    assertThat(mnist.train().size()).isEqualTo(60_000);
    assertThat(mnist.test().size()).isEqualTo(10_000);
    assertThat(mnist.train().width()).isEqualTo(784);
    assertThat(Arrays.copyOf(mnist.train().labels(), 5)).containsExactly(5, 0, 4, 1, 9);
    assertThat(Arrays.copyOf(mnist.test().labels(), 5)).containsExactly(7, 2, 1, 0, 4);
  }

  private void refuses(String... parts) {
    assertThatThrownBy(() -> ImageSet.read(folder)).isInstanceOf(BadDataException.class).hasMessageContainingAll(parts)
        .hasMessageNotContaining("\n").hasMessageContaining(folder.toString());
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    write(true);
    Files.delete(folder.resolve(ImageSet.TEST_LABELS + ".gz"));
    refuses("t10k-labels-idx1-ubyte", "give a folder with MNIST's four files");
  }

  @Test
  void refusesDamagedFiles() throws IOException {
    write(false);
    byte[] whole = idx(8, new int[]{3}, new byte[]{0, 9, 5});
    put(ImageSet.TRAIN_LABELS, Arrays.copyOf(whole, whole.length - 1), false);
    refuses("truncated: expected 3 bytes, found 2");
    put(ImageSet.TRAIN_LABELS, Arrays.copyOf(whole, whole.length + 1), false);
    refuses("must end after 3 bytes");
    put(ImageSet.TRAIN_LABELS, Arrays.copyOf(whole, 3), false);
    refuses("is not an IDX file");
    put(ImageSet.TRAIN_LABELS, Arrays.copyOf(whole, 6), false);
    refuses("truncated in its header");
    put(ImageSet.TRAIN_LABELS, idx(13, new int[]{3}, new byte[3]), false);
    refuses("found type 13");
    put(ImageSet.TRAIN_LABELS, idx(8, new int[0], new byte[0]), false);
    refuses("found 0");
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{-1}, new byte[0]), false);
    refuses("found 4294967295");
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{1 << 30, 1 << 30, 1 << 30}, new byte[0]), false);
    refuses("more than 2^63");
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{1 << 30}, new byte[3]), false);
    refuses("more than the file can hold");
  }

  @Test
  void refusesACutOffGzip() throws IOException {
    write(true);
    byte[] gzipped = gzip(idx(8, new int[]{3}, new byte[]{0, 9, 5}));
    Files.write(folder.resolve(ImageSet.TRAIN_LABELS + ".gz"), Arrays.copyOf(gzipped, gzipped.length - 6));
    refuses("truncated");
    Files.write(folder.resolve(ImageSet.TRAIN_LABELS + ".gz"),
        new byte[]{0x1f, (byte) 0x8b, 7, 7, 7, 7, 7, 7, 7, 7, 7});
    refuses("not a complete gzip file");
  }

  @Test
  void refusesFilesThatDoNotBelongTogether() throws IOException {
    write(false);
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{2}, new byte[2]), false);
    refuses("one label per image");
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{3}, new byte[]{0, 10, 5}), false);
    refuses("a label must be in 0 to 9, found 10 at image 1");
    put(ImageSet.TRAIN_LABELS, idx(8, new int[]{3, 1, 1}, new byte[3]), false);
    refuses("labels 1");
    write(false);
    put(ImageSet.TEST_IMAGES, idx(8, new int[]{2, 1, 2}, new byte[4]), false);
    refuses("the same size");
  }
}
