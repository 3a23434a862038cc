package org.striatum.datasets.images;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.striatum.probe.run.BadDataException;

/// Grey-scale images of the same size, each with its class. Immutable: readers must not change the arrays.
///
/// @param rows of an image
/// @param columns of an image
/// @param pixels 0 (paper) to 255 (ink), unsigned: (n, rows, columns)
/// @param labels class of each image, 0 to 9: (n)
public record LabelledImages(int rows, int columns, byte[] pixels, byte[] labels) {
  /// Digits, or Fashion-MNIST's kinds of clothing.
  public static final int CLASSES = 10;

  public LabelledImages {
    mismatch(rows, columns, pixels, labels).ifPresent(why -> {
      throw new IllegalArgumentException(why);
    });
    pixels = pixels.clone();
    labels = labels.clone();
  }

  /// Why images and labels do not belong together.
  private static Optional<String> mismatch(int rows, int columns, byte[] pixels, byte[] labels) {
    if (rows < 1 || columns < 1 || (long) labels.length * rows * columns != pixels.length) {
      return Optional.of("labelled images need one label per image, found " + labels.length + " labels and "
          + pixels.length + " pixels in images of " + rows + " × " + columns);
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= CLASSES) {
        return Optional
            .of("a label must be in 0 to " + (CLASSES - 1) + ", found " + (labels[i] & 0xff) + " at image " + i);
      }
    }
    return Optional.empty();
  }

  /// Pairs a file of images with a file of labels.
  ///
  /// @param where names both in errors
  /// @throws BadDataException if they are not such files or do not belong together
  static LabelledImages of(IdxFile images, IdxFile labels, String where) throws IOException {
    int[] shape = images.dimensions();
    if (shape.length != 3 || labels.dimensions().length != 1) {
      throw new BadDataException(where + ": images must have 3 dimensions and labels 1, found "
          + Arrays.toString(shape) + " and " + Arrays.toString(labels.dimensions()) + ": check which file is which");
    }
    Optional<String> mismatch = mismatch(shape[1], shape[2], images.bytes(), labels.bytes());
    if (mismatch.isPresent()) {
      throw new BadDataException(where + ": " + mismatch.get() + ": take both files from the same source");
    }
    return new LabelledImages(shape[1], shape[2], images.bytes(), labels.bytes());
  }

  public int size() {
    return labels.length;
  }

  /// The number of pixels of one image.
  public int width() {
    return rows * columns;
  }

  /// Ink as 0 to 1: (n, rows · columns).
  public float[] ink() {
    float[] ink = new float[pixels.length];
    for (int i = 0; i < ink.length; i++) {
      ink[i] = (pixels[i] & 0xff) / 255f;
    }
    return ink;
  }

  /// Some of the images, in the given order.
  ///
  /// @throws IndexOutOfBoundsException if there is no such image
  public LabelledImages chosen(int[] images) {
    byte[] some = new byte[Math.multiplyExact(images.length, width())];
    byte[] classes = new byte[images.length];
    for (int k = 0; k < images.length; k++) {
      System.arraycopy(pixels, images[k] * width(), some, k * width(), width());
      classes[k] = labels[images[k]];
    }
    return new LabelledImages(rows, columns, some, classes);
  }
}
