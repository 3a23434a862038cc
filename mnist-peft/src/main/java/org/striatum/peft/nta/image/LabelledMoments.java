package org.striatum.peft.nta.image;

import java.util.Arrays;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.peft.nta.task.Regression;

/// Second moments of images and names: L(V) = ½ tr(V S Vᵀ) − ⟨V, R⟩ + ½ and ∂L/∂V = V S − R, with S = mean x xᵀ and R = mean
/// y xᵀ over the images of a batch. Not thread-safe.
public final class LabelledMoments implements Regression {
  private final int width;
  private final float[] x;
  private final byte[] labels;
  private final double[] moments; // S: (width, width)
  private final double[] products; // R: (names, width)

  /// @param x (n, width)
  /// @param labels (n)
  public LabelledMoments(int width, float[] x, byte[] labels) {
    this.width = width;
    this.x = x;
    this.labels = labels;
    this.moments = new double[width * width];
    this.products = new double[LabelledImages.CLASSES * width];
  }

  /// R, not copied: (names, width).
  public double[] products() {
    return products;
  }

  /// Takes these images.
  ///
  /// @param images their numbers
  /// @param named class → name
  public void of(int[] images, int[] named) {
    Arrays.fill(moments, 0);
    Arrays.fill(products, 0);
    double share = 1.0 / images.length;
    for (int image : images) {
      int row = image * width;
      int name = named[labels[image]] * width;
      for (int i = 0; i < width; i++) {
        double value = share * x[row + i];
        products[name + i] += value;
        for (int j = 0; j <= i; j++) {
          moments[i * width + j] += value * x[row + j];
        }
      }
    }
    for (int i = 0; i < width; i++) {
      for (int j = i + 1; j < width; j++) {
        moments[i * width + j] = moments[j * width + i];
      }
    }
  }

  @Override
  public double loss(double[] map, double[] gradient) {
    double loss = 0.5;
    for (int row = 0; row < map.length; row += width) {
      for (int j = 0; j < width; j++) {
        gradient[row + j] = 0;
      }
      for (int k = 0; k < width; k++) {
        double v = map[row + k];
        for (int j = 0; j < width; j++) {
          gradient[row + j] += v * moments[k * width + j];
        }
      }
      for (int j = 0; j < width; j++) {
        loss += map[row + j] * (0.5 * gradient[row + j] - products[row + j]);
        gradient[row + j] -= products[row + j];
      }
    }
    return loss;
  }
}
