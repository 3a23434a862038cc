package org.striatum.reports.page;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/// Small images carried inside the page.
public final class Picture {
  private Picture() {}

  /// A grey-scale image as a `data:` address, on white.
  ///
  /// @param pixels 0 (paper) to 255 (ink): (rows, columns)
  /// @throws IllegalArgumentException unless their number is rows · columns
  public static String grey(int rows, int columns, int[] pixels) {
    if (pixels.length != rows * columns) {
      throw new IllegalArgumentException(
          "an image of " + rows + " × " + columns + " needs rows × columns pixels, found " + pixels.length);
    }
    BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < pixels.length; i++) {
      image.getRaster().setSample(i % columns, i / columns, 0, 255 - Math.clamp(pixels[i], 0, 255));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.setUseCache(false);
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode an image in memory", e);
    }
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
