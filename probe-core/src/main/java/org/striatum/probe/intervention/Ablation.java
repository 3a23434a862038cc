package org.striatum.probe.intervention;

import java.util.Collection;
import org.striatum.probe.model.Gate;

/// What is done to a set of coordinates: each kind is a gate.
public sealed interface Ablation {
  /// Every coordinate becomes 0, as in the paper.
  Ablation ZERO = new Zero();

  /// As reported, e.g. `zero`.
  String kind();

  /// The gate that does it, at all positions.
  ///
  /// @throws IllegalArgumentException if a coordinate is not below `width`
  Gate gate(int width, Collection<Integer> coordinates);

  /// Sets coordinates to 0.
  record Zero() implements Ablation {
    @Override
    public String kind() {
      return "zero";
    }

    @Override
    public Gate gate(int width, Collection<Integer> coordinates) {
      return Gate.zeroing(width, coordinates);
    }
  }

  /// Sets coordinates to their mean, which takes away what they tell but not their size.
  ///
  /// @param means of all coordinates: (width)
  record Mean(float[] means) implements Ablation {
    public Mean {
      means = means.clone();
    }

    @Override
    public String kind() {
      return "mean";
    }

    @Override
    public Gate gate(int width, Collection<Integer> coordinates) {
      if (means.length != width) {
        throw new IllegalArgumentException("mean ablation needs " + width + " means, found " + means.length);
      }
      Gate zeroing = Gate.zeroing(width, coordinates);
      float[] shift = new float[width];
      for (int j : coordinates) {
        shift[j] = means[j];
      }
      return new Gate(zeroing.gain(), zeroing.threshold(), zeroing.sharpness(), shift, false, zeroing.positions());
    }
  }
}
