package org.striatum.probe.value;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.striatum.probe.sparse.Standardisation;

/// One probe to be trained.
///
/// @param train trajectories to fit on
/// @param validation trajectories that decide when prediction stops
/// @param scale of the inputs; empty: the moments of the training states, or none where the training takes inputs raw
/// @param random decides initialisation and order; its own, as jobs run at once
public record ProbeJob(Trajectories train, Trajectories validation, ValueProbeTraining training,
    Optional<Standardisation> scale, RandomGenerator random) {
  public ProbeJob {
    int width = scale.map(Standardisation::width).orElse(train.width());
    if (train.size() == 0 || validation.size() == 0 || train.width() != width || validation.width() != width) {
      throw new IllegalArgumentException("a value probe needs training and validation trajectories of one width, found "
          + train.size() + " of width " + train.width() + " and " + validation.size() + " of width "
          + validation.width() + (train.width() == width ? "" : " on a scale of width " + width));
    }
  }

  /// On the scale that the training says.
  public ProbeJob(Trajectories train, Trajectories validation, ValueProbeTraining training, RandomGenerator random) {
    this(train, validation, training, Optional.empty(), random);
  }
}
