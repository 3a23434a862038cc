package org.striatum.peft.nta.image;

import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;

/// Images as a gated linear network sees them: features of a small convolutional network that was trained on the same images,
/// whitened, so that second moments are I as those of the theory's inputs are, and a constant 1 for the bias. Immutable; readers must not change the arrays.
///
/// @param width features and the constant
/// @param train (n, width)
/// @param trainLabels (n)
/// @param test (m, width)
/// @param testLabels (m)
public record FeatureSet(int width, float[] train, byte[] trainLabels, float[] test, byte[] testLabels) {
  /// Share of the mean variance.
  private static final double RIDGE = 1e-4;

  /// Trains the features and reads all images.
  public static FeatureSet of(ImageSet images, int units, long seed) {
    LabelledImages train = images.train();
    ConvolutionalFeatures features = ConvolutionalFeatures.train(train.ink(), train.labels(), train.rows(),
        train.columns(), units, seed);
    float[] seen = features.of(train.ink());
    double[] mean = mean(seen, units);
    double[] root = covarianceRoot(seen, mean);
    return new FeatureSet(units + 1, whitened(seen, mean, root), train.labels(),
        whitened(features.of(images.test().ink()), mean, root), images.test().labels());
  }

  private static double[] mean(float[] features, int units) {
    double[] mean = new double[units];
    for (int i = 0; i < features.length; i++) {
      mean[i % units] += (double) features[i] * units / features.length;
    }
    return mean;
  }

  /// L of LLᵀ = covariance + a ridge (Cholesky), so that units that never fire divide by something.
  private static double[] covarianceRoot(float[] features, double[] mean) {
    int units = mean.length;
    int n = features.length / units;
    double[] l = new double[units * units];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < units; j++) {
        double value = (features[i * units + j] - mean[j]) / n;
        for (int k = 0; k <= j; k++) {
          l[j * units + k] += value * (features[i * units + k] - mean[k]);
        }
      }
    }
    double trace = 0;
    for (int j = 0; j < units; j++) {
      trace += l[j * units + j];
    }
    double ridge = trace == 0 ? 1 : RIDGE * trace / units;
    for (int j = 0; j < units; j++) {
      l[j * units + j] += ridge;
      for (int k = 0; k <= j; k++) {
        double rest = l[j * units + k];
        for (int m = 0; m < k; m++) {
          rest -= l[j * units + m] * l[k * units + m];
        }
        l[j * units + k] = j == k ? Math.sqrt(rest) : rest / l[k * units + k];
      }
    }
    return l;
  }

  /// L⁻¹(x − mean), and 1.
  private static float[] whitened(float[] features, double[] mean, double[] root) {
    int units = mean.length;
    int n = features.length / units;
    float[] x = new float[n * (units + 1)];
    double[] row = new double[units];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < units; j++) {
        double rest = features[i * units + j] - mean[j];
        for (int k = 0; k < j; k++) {
          rest -= root[j * units + k] * row[k];
        }
        row[j] = rest / root[j * units + j];
        x[i * (units + 1) + j] = (float) row[j];
      }
      x[i * (units + 1) + units] = 1;
    }
    return x;
  }
}
