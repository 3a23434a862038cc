package org.striatum.datasets.images;

/// A rotation about an image's centre ((columns − 1)/2, (rows − 1)/2), counter-clockwise for a positive angle, as a viewer
/// sees it with row 0 at the top.
///
/// Every pixel of the result is interpolated bilinearly at its position in the original; outside the image is 0. Quarter
/// turns are exact, and a rotation by 0° changes no bit. (The same as torchvision's `rotate` with bilinear interpolation, fill 0.)
///
/// @param degrees any finite angle
public record Rotation(double degrees) {
  public Rotation {
    if (!Double.isFinite(degrees)) {
      throw new IllegalArgumentException("an angle must be finite, found " + degrees);
    }
  }

  /// Rotates images.
  ///
  /// @param images (n, rows, columns)
  /// @return rotated copies, of the same shape
  /// @throws IllegalArgumentException if the length of the array is not a multiple of the image size
  public float[] apply(float[] images, int rows, int columns) {
    if (rows < 1 || columns < 1 || images.length % Math.multiplyExact(rows, columns) != 0) {
      throw new IllegalArgumentException("the length of an array of images of " + rows + " × " + columns
          + " must be a multiple of their size, found " + images.length + " pixels");
    }
    if (degrees % 360 == 0) {
      return images.clone();
    }
    int width = rows * columns;
    int[] from = new int[4 * width]; // the four neighbours that each pixel is interpolated from
    float[] weight = new float[4 * width];
    neighbours(rows, columns, from, weight);
    float[] turned = new float[images.length];
    for (int image = 0; image < images.length; image += width) {
      for (int k = 0; k < from.length; k += 4) {
        turned[image + k / 4] = weight[k] * images[image + from[k]] + weight[k + 1] * images[image + from[k + 1]]
            + weight[k + 2] * images[image + from[k + 2]] + weight[k + 3] * images[image + from[k + 3]];
      }
    }
    return turned;
  }

  /// The source of each pixel: (pixels, 4). Sources outside the image have weight 0.
  private void neighbours(int rows, int columns, int[] from, float[] weight) {
    double cos = cosine(degrees);
    double sin = cosine(degrees - 90);
    double middleX = (columns - 1) / 2.0;
    double middleY = (rows - 1) / 2.0;
    for (int k = 0; k < from.length; k++) {
      int pixel = k / 4;
      int row = pixel / columns;
      double right = pixel % columns - middleX;
      double down = row - middleY;
      double x = middleX + right * cos - down * sin;
      double y = middleY + right * sin + down * cos;
      int fromX = (int) Math.floor(x) + k % 2;
      int fromY = (int) Math.floor(y) + k % 4 / 2;
      if (fromX >= 0 && fromX < columns && fromY >= 0 && fromY < rows) {
        from[k] = fromY * columns + fromX;
        weight[k] = (float) ((1 - Math.abs(x - fromX)) * (1 - Math.abs(y - fromY)));
      }
    }
  }

  /// The cosine, exact at quarter turns.
  private static double cosine(double degrees) {
    double turn = ((degrees % 360) + 360) % 360;
    if (turn % 90 == 0) {
      return switch ((int) turn) {
        case 0 -> 1;
        case 180 -> -1;
        default -> 0;
      };
    }
    return Math.cos(Math.toRadians(turn));
  }
}
