package org.striatum.peft.nta.network;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.striatum.peft.nta.task.Regression;

/// A linear network of P gated paths, y = Σ_p c^p W^p x, with one gate a path or one a path and output:
/// y_i = Σ_p c_i^p (W^p x)_i. (§2.)
///
/// Learning is gradient flow by Euler steps, weights and gates together, each with a time constant of its own:
///
///     W −= (dt/τ_w) ∂L/∂W      c −= (dt/τ_c) ∂(L + R)/∂c
///
/// Not thread-safe.
public final class GatedLinearNetwork {
  private static final double WEIGHT_DEVIATION = 0.01;
  private static final double GATE = 0.5;

  private final int paths;
  private final int outputs;
  private final int inputs;
  private final int gatesOfPath; // 1 or outputs
  private final double[] weights; // W: (paths, outputs, inputs)
  private final double[] gates; // c: (paths, gates of a path)
  private final double[] map; // Σ c W: (outputs, inputs)
  private final double[] mapGradient; // (outputs, inputs)
  private final double[] gateGradient; // (paths, gates of a path)

  /// A network before learning: weights of deviation 0.01/√inputs, gates ½.
  ///
  /// @param perOutput whether every output has gates of its own
  public GatedLinearNetwork(int paths, int outputs, int inputs, boolean perOutput, RandomGenerator random) {
    this(paths, outputs, inputs, perOutput, gaussian(paths * outputs * inputs, inputs, random),
        filled(paths * (perOutput ? outputs : 1)));
  }

  /// A network with these weights and gates, which become its own.
  ///
  /// @param weights (paths, outputs, inputs)
  /// @param gates (paths) or (paths, outputs)
  public GatedLinearNetwork(int paths, int outputs, int inputs, boolean perOutput, double[] weights, double[] gates) {
    if (paths < 1) {
      throw new IllegalArgumentException("a network needs at least 1 path, found " + paths);
    }
    this.paths = paths;
    this.outputs = outputs;
    this.inputs = inputs;
    this.gatesOfPath = perOutput ? outputs : 1;
    if (weights.length != paths * outputs * inputs || gates.length != paths * gatesOfPath) {
      throw new IllegalArgumentException(
          ("a network of %d paths from %d inputs to %d outputs must have %d weights and %d"
              + " gates, found %d and %d").formatted(paths, inputs, outputs, paths * outputs * inputs,
                  paths * gatesOfPath,
                  weights.length, gates.length));
    }
    this.weights = weights;
    this.gates = gates;
    this.map = new double[outputs * inputs];
    this.mapGradient = new double[outputs * inputs];
    this.gateGradient = new double[gates.length];
  }

  private static double[] gaussian(int count, int inputs, RandomGenerator random) {
    double deviation = WEIGHT_DEVIATION / Math.sqrt(inputs);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = deviation * random.nextGaussian();
    }
    return values;
  }

  private static double[] filled(int count) {
    double[] values = new double[count];
    Arrays.fill(values, GATE);
    return values;
  }

  /// W^p and the others, not copied: (paths, outputs, inputs).
  public double[] weights() {
    return weights;
  }

  /// c, not copied: (paths) or (paths, outputs).
  public double[] gates() {
    return gates;
  }

  /// Σ_p c^p W^p, overwritten by the next call or step: (outputs, inputs).
  public double[] map() {
    compose();
    return map;
  }

  /// ∂(L + R)/∂c as the last gradient says, not copied: as gates.
  double[] gateGradient() {
    return gateGradient;
  }

  /// One Euler step on a batch.
  ///
  /// @param weightStep dt/τ_w
  /// @param gateStep dt/τ_c
  /// @return the loss before it, without the regulariser
  public double step(Regression batch, GateRegulariser regulariser, double weightStep, double gateStep) {
    double loss = gradient(batch, regulariser);
    for (int p = 0; p < paths; p++) {
      for (int i = 0; i < outputs; i++) {
        double rate = weightStep * gates[gate(p, i)];
        int row = (p * outputs + i) * inputs;
        for (int j = 0; j < inputs; j++) {
          weights[row + j] -= rate * mapGradient[i * inputs + j];
        }
      }
    }
    for (int g = 0; g < gates.length; g++) {
      gates[g] -= gateStep * gateGradient[g];
    }
    return loss;
  }

  /// ∂L/∂V, V = Σ c W, and from it ∂(L + R)/∂c_i^p = ⟨W_i^p, (∂L/∂V)_i⟩ + ∂R; ∂L/∂W_i^p = c_i^p (∂L/∂V)_i is not stored.
  double gradient(Regression batch, GateRegulariser regulariser) {
    compose();
    double loss = batch.loss(map, mapGradient);
    Arrays.fill(gateGradient, 0);
    for (int p = 0; p < paths; p++) {
      for (int i = 0; i < outputs; i++) {
        int row = (p * outputs + i) * inputs;
        double slope = 0;
        for (int j = 0; j < inputs; j++) {
          slope += weights[row + j] * mapGradient[i * inputs + j];
        }
        gateGradient[gate(p, i)] += slope;
      }
    }
    regulariser.addTo(gateGradient, gates);
    return loss;
  }

  /// ∂L/∂W as the last gradient says: (paths, outputs, inputs).
  double[] weightGradient() {
    double[] gradient = new double[weights.length];
    for (int p = 0; p < paths; p++) {
      for (int i = 0; i < outputs; i++) {
        for (int j = 0; j < inputs; j++) {
          gradient[(p * outputs + i) * inputs + j] = gates[gate(p, i)] * mapGradient[i * inputs + j];
        }
      }
    }
    return gradient;
  }

  private void compose() {
    Arrays.fill(map, 0);
    for (int p = 0; p < paths; p++) {
      for (int i = 0; i < outputs; i++) {
        double c = gates[gate(p, i)];
        int row = (p * outputs + i) * inputs;
        for (int j = 0; j < inputs; j++) {
          map[i * inputs + j] += c * weights[row + j];
        }
      }
    }
  }

  private int gate(int path, int output) {
    return gatesOfPath == 1 ? path : path * outputs + output;
  }
}
