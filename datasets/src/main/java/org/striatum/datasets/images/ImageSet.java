package org.striatum.datasets.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;

/// Images to learn from and images to be tested on: MNIST, Fashion-MNIST, or somebody's own in the same four files.
///
/// @param name for a reader
/// @param files file name → checksum of what was read, before gzip
public record ImageSet(String name, LabelledImages train, LabelledImages test, SortedMap<String, Sha256> files) {
  static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
  static final List<String> NAMES = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  public ImageSet {
    if (train.rows() != test.rows() || train.columns() != test.columns()) {
      throw new IllegalArgumentException("training and test images must have one size, found " + train.rows() + " × "
          + train.columns() + " and " + test.rows() + " × " + test.columns());
    }
    if (train.size() == 0 || test.size() == 0) {
      throw new IllegalArgumentException(
          "an image set needs training and test images, found " + train.size() + " and " + test.size());
    }
    files = new TreeMap<>(files);
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

  /// Where the four files come from.
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
    try {
      return new ImageSet(name, train, test, checksums);
    } catch (IllegalArgumentException e) {
      throw new BadDataException(where + ": " + e.getMessage() + ": take all four files from one source", e);
    }
  }
}
