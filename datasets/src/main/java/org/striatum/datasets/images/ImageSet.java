package org.striatum.datasets.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// Training and test images: MNIST, Fashion-MNIST, or other images in the same four files.
///
/// @param name as shown to a reader
/// @param files file name → checksum of its content, uncompressed
public record ImageSet(String name, LabelledImages train, LabelledImages test, SortedMap<String, Sha256> files) {
  static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
  static final List<String> NAMES = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  public ImageSet {
    mismatch(train, test).ifPresent(why -> {
      throw new IllegalArgumentException(why);
    });
    files = new TreeMap<>(files);
  }

  /// Why two sets of images cannot be trained and tested on.
  private static Optional<String> mismatch(LabelledImages train, LabelledImages test) {
    if (train.rows() != test.rows() || train.columns() != test.columns()) {
      return Optional.of("training and test images must have the same size, found " + train.rows() + " × "
          + train.columns() + " and " + test.rows() + " × " + test.columns());
    }
    return train.size() > 0 && test.size() > 0
        ? Optional.empty()
        : Optional.of("an image set needs training and test images, found " + train.size() + " and " + test.size());
  }

  /// Reads the four files from a folder, each gzipped (`.gz`) or not.
  ///
  /// @throws BadDataException if one is missing, damaged or does not fit the others, naming it
  public static ImageSet read(Path folder) throws IOException {
    Path absolute = folder.toAbsolutePath().normalize();
    return of(absolute.getFileName() == null ? "images" : absolute.getFileName().toString(), folder.toString(),
        name -> IdxFile.read(present(folder, name)));
  }

  private static Path present(Path folder, String name) throws BadDataException {
    for (String ending : List.of("", ".gz")) {
      Path file = folder.resolve(name + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new BadDataException(
        folder + " has no " + name + " or " + name + ".gz: give a folder with MNIST's four files, " + NAMES);
  }

  /// Opens one of the four files.
  @FunctionalInterface
  interface Source {
    IdxFile open(String name) throws IOException;
  }

  static ImageSet of(String name, String where, Source source) throws IOException {
    SortedMap<String, Sha256> checksums = new TreeMap<>();
    List<IdxFile> read = new ArrayList<>();
    for (String file : NAMES) {
      read.add(source.open(file));
      checksums.put(file, read.getLast().sha256());
    }
    LabelledImages train = LabelledImages.of(read.get(0), read.get(1), where + ", training files");
    LabelledImages test = LabelledImages.of(read.get(2), read.get(3), where + ", test files");
    Optional<String> mismatch = mismatch(train, test);
    if (mismatch.isPresent()) {
      throw new BadDataException(where + ": " + mismatch.get() + ": take all four files from the same source");
    }
    return new ImageSet(name, train, test, checksums);
  }
}
