package org.striatum.peft.adapter;

import java.util.ArrayList;
import java.util.List;
import org.striatum.peft.network.Mlp;

/// A copy of a network whose layers are rewritten so that they take in what an adapter did. What is done to the inputs h
/// of a layer goes into its weight and bias: W(Mh + a) + b = (WM)h + (Wa + b).
final class Rewriting {
  private final Mlp base;
  private final List<float[]> weights;
  private final List<float[]> biases;

  Rewriting(Mlp base) {
    this.base = base;
    this.weights = new ArrayList<>(base.weights().stream().map(float[]::clone).toList());
    this.biases = new ArrayList<>(base.biases().stream().map(float[]::clone).toList());
  }

  Mlp network() {
    return new Mlp(base.widths(), weights, biases);
  }

  /// W is another.
  void replaceWeight(int layer, float[] weight) {
    weights.set(layer, weight);
  }

  /// b is another.
  void replaceBias(int layer, float[] bias) {
    biases.set(layer, bias);
  }

  /// The layer's inputs come as scale ⊙ h.
  void scaleInputs(int layer, float[] scale) {
    float[] weight = weights.get(layer);
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= scale[i % scale.length];
    }
  }

  /// The layer's inputs come as h + shift.
  void shiftInputs(int layer, float[] shift) {
    float[] weight = weights.get(layer);
    float[] bias = biases.get(layer);
    for (int row = 0; row < bias.length; row++) {
      double sum = bias[row];
      for (int j = 0; j < shift.length; j++) {
        sum += (double) weight[row * shift.length + j] * shift[j];
      }
      bias[row] = (float) sum;
    }
  }

  /// The layer's inputs come as h + Rᵀ(Dh + a): P = WRᵀ, W ← W + PD, b ← b + Pa.
  ///
  /// @param rotation R, (r, inputs)
  /// @param change D, (r, inputs)
  /// @param added a, (r)
  void addToInputs(int layer, float[] rotation, float[] change, float[] added) {
    float[] weight = weights.get(layer);
    float[] bias = biases.get(layer);
    int inputs = rotation.length / added.length;
    float[] projected = new float[bias.length * added.length]; // P: (outputs, r)
    for (int row = 0; row < bias.length; row++) {
      double onBias = bias[row];
      for (int r = 0; r < added.length; r++) {
        double sum = 0;
        for (int j = 0; j < inputs; j++) {
          sum += (double) weight[row * inputs + j] * rotation[r * inputs + j];
        }
        projected[row * added.length + r] = (float) sum;
        onBias += sum * added[r];
      }
      bias[row] = (float) onBias;
    }
    addProduct(layer, projected, change, 1);
  }

  /// W ← W + scale · up · down.
  ///
  /// @param up (outputs, r)
  /// @param down (r, inputs)
  void addProduct(int layer, float[] up, float[] down, double scale) {
    float[] weight = weights.get(layer);
    int outputs = biases.get(layer).length;
    int inputs = weight.length / outputs;
    int rank = up.length / outputs;
    for (int i = 0; i < weight.length; i++) {
      double sum = 0;
      for (int r = 0; r < rank; r++) {
        sum += (double) up[i / inputs * rank + r] * down[r * inputs + i % inputs];
      }
      weight[i] += (float) (scale * sum);
    }
  }
}
