package org.striatum.peft.nta.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.striatum.peft.nta.task.Regression;

/// A fully connected two-layer linear network whose layers learn at rates of their own. (§5.)
///
///     y = W₂ W₁ x      W₁ −= (dt/τ₁) W₂ᵀG      W₂ −= (dt/τ₂) (G W₁ᵀ + ∂R/∂W₂)      G = ∂L/∂(W₂W₁)
///
/// Not thread-safe.
public final class TwoLayerNetwork {
  private final int inputs;
  private final int hidden;
  private final int outputs;
  private final GateRegulariser regulariser;
  private final double[] first; // W₁: (hidden, inputs)
  private final double[] second; // W₂: (outputs, hidden)
  private final double[] map; // W₂W₁: (outputs, inputs)
  private final double[] mapGradient; // G: (outputs, inputs)
  private final double[] firstGradient; // (hidden, inputs)
  private final double[] secondGradient; // (outputs, hidden)

  /// W₁ of deviation 0.01/√inputs; W₂ of deviation 1/√(outputs · hidden), so that its norm begins near where
  /// the regulariser keeps it.
  ///
  /// @param regulariser of W₂
  public TwoLayerNetwork(int inputs, int hidden, int outputs, GateRegulariser regulariser, RandomGenerator random) {
    this.inputs = inputs;
    this.hidden = hidden;
    this.outputs = outputs;
    this.regulariser = regulariser;
    this.first = gaussian(hidden * inputs, 0.01 / Math.sqrt(inputs), random);
    this.second = gaussian(outputs * hidden, 1 / Math.sqrt(outputs * hidden), random);
    this.map = new double[outputs * inputs];
    this.mapGradient = new double[map.length];
    this.firstGradient = new double[first.length];
    this.secondGradient = new double[second.length];
  }

  private static double[] gaussian(int count, double deviation, RandomGenerator random) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = deviation * random.nextGaussian();
    }
    return values;
  }

  /// One Euler step of both layers.
  ///
  /// @param firstStep dt/τ₁
  /// @param secondStep dt/τ₂
  public void step(Regression batch, double firstStep, double secondStep) {
    gradient(batch);
    for (int i = 0; i < first.length; i++) {
      first[i] -= firstStep * firstGradient[i];
    }
    for (int i = 0; i < second.length; i++) {
      second[i] -= secondStep * secondGradient[i];
    }
  }

  /// The loss, and the gradients of loss and regulariser.
  double gradient(Regression batch) {
    double loss = batch.loss(map(), mapGradient);
    Arrays.fill(firstGradient, 0);
    for (int i = 0; i < outputs; i++) {
      for (int h = 0; h < hidden; h++) {
        double weight = second[i * hidden + h];
        double slope = 0;
        for (int j = 0; j < inputs; j++) {
          double g = mapGradient[i * inputs + j];
          slope += g * first[h * inputs + j];
          firstGradient[h * inputs + j] += weight * g;
        }
        secondGradient[i * hidden + h] = slope;
      }
    }
    regulariser.addTo(secondGradient, second);
    return loss;
  }

  /// W₂W₁, overwritten by the next call or step: (outputs, inputs).
  public double[] map() {
    Arrays.fill(map, 0);
    for (int i = 0; i < outputs; i++) {
      for (int h = 0; h < hidden; h++) {
        double weight = second[i * hidden + h];
        for (int j = 0; j < inputs; j++) {
          map[i * inputs + j] += weight * first[h * inputs + j];
        }
      }
    }
    return map;
  }

  /// W₁, not copied: (hidden, inputs).
  public double[] first() {
    return first;
  }

  /// W₂, not copied: (outputs, hidden).
  public double[] second() {
    return second;
  }

  /// As the last gradient says, not copied: (hidden, inputs).
  double[] firstGradient() {
    return firstGradient;
  }

  /// As the last gradient says, not copied: (outputs, hidden).
  double[] secondGradient() {
    return secondGradient;
  }
}
