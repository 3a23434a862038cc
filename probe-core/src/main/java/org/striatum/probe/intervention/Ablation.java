package org.striatum.probe.intervention;

import java.util.Collection;
import java.util.List;
import org.striatum.probe.model.Gate;
import org.striatum.probe.run.NotEnoughData;

/// What is done to a set of coordinates: each kind is a gate, or several whose outcomes are averaged.
public sealed interface Ablation {
  /// Every coordinate becomes 0, as in the paper.
  Ablation ZERO = new Zero();

  AblationKind kind();

  /// Steering's strength in deviations; NaN where nothing is steered.
  double alpha();

  /// The gates that do it, at all positions: one, or one per draw where chance takes part. Outcomes are averaged over them.
  ///
  /// @throws IllegalArgumentException if a coordinate is not below `width`, or the kind was made for another width
  List<Gate> gates(int width, Collection<Integer> coordinates);

  /// Sets coordinates to 0.
  record Zero() implements Ablation {
    @Override
    public AblationKind kind() {
      return AblationKind.ZERO;
    }

    @Override
    public double alpha() {
      return Double.NaN;
    }

    @Override
    public List<Gate> gates(int width, Collection<Integer> coordinates) {
      return List.of(Gate.zeroing(width, coordinates));
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
    public AblationKind kind() {
      return AblationKind.MEAN;
    }

    @Override
    public double alpha() {
      return Double.NaN;
    }

    @Override
    public List<Gate> gates(int width, Collection<Integer> coordinates) {
      return List.of(replacing(kind(), width, coordinates, means));
    }
  }

  /// Sets coordinates to what they were in other states of the model, all of a set from one state: what they tell is
  /// false rather than missing, and their joint distribution is kept. One gate a donor.
  ///
  /// @param donors states, (width) each
  record Resample(List<float[]> donors) implements Ablation {
    public Resample {
      if (donors.isEmpty()) {
        throw new NotEnoughData("resampling", "donor states", 0, 1);
      }
      donors = donors.stream().map(float[]::clone).toList();
    }

    @Override
    public AblationKind kind() {
      return AblationKind.RESAMPLE;
    }

    @Override
    public double alpha() {
      return Double.NaN;
    }

    @Override
    public List<Gate> gates(int width, Collection<Integer> coordinates) {
      return donors.stream().map(donor -> replacing(kind(), width, coordinates, donor)).toList();
    }
  }

  /// Moves coordinates by so many deviations and leaves what they tell: y = h + α · deviation.
  ///
  /// @param deviations of all coordinates, their signs the direction α > 0 moves them in: (width)
  /// @param alpha how far
  record Steer(float[] deviations, double alpha) implements Ablation {
    public Steer {
      if (!Double.isFinite(alpha)) {
        throw new IllegalArgumentException("a steering strength must be finite, found " + alpha);
      }
      deviations = deviations.clone();
    }

    @Override
    public AblationKind kind() {
      return AblationKind.STEER;
    }

    @Override
    public List<Gate> gates(int width, Collection<Integer> coordinates) {
      float[] by = new float[deviations.length];
      for (int j = 0; j < by.length; j++) {
        by[j] = (float) (alpha * deviations[j]);
      }
      Gate identity = Gate.identity(width);
      return List.of(new Gate(identity.gain(), identity.threshold(), identity.sharpness(),
          shift(kind(), width, coordinates, by), false, identity.positions()));
    }
  }

  /// Shuts coordinates and puts values in their place.
  private static Gate replacing(AblationKind kind, int width, Collection<Integer> coordinates, float[] values) {
    Gate zeroing = Gate.zeroing(width, coordinates);
    return new Gate(zeroing.gain(), zeroing.threshold(), zeroing.sharpness(), shift(kind, width, coordinates, values),
        false, zeroing.positions());
  }

  private static float[] shift(AblationKind kind, int width, Collection<Integer> coordinates, float[] values) {
    if (values.length != width) {
      throw new IllegalArgumentException(
          kind.printed() + " ablation needs " + width + " values, found " + values.length);
    }
    float[] shift = new float[width];
    for (int j : coordinates) {
      if (j < 0 || j >= width) {
        throw new IllegalArgumentException("coordinate must be in [0, " + width + "), found " + j);
      }
      shift[j] = values[j];
    }
    return shift;
  }
}
