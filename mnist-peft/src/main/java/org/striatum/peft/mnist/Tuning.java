package org.striatum.peft.mnist;

import java.util.Arrays;
import java.util.function.DoubleFunction;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.AdapterTraining;

/// A learning rate chosen on validation images of seeds that nothing is reported on: every method the same grid, the same
/// seeds, the same images.
///
/// @param what is tuned: a method's learning rate, or its thresholds'
/// @param rates tried
/// @param validation mean accuracy at each, in the mode specialised on
/// @param chosen the rate with the highest, the lowest of equals
/// @param atEdge whether it is the grid's first or last, so that one beyond it might be better
public record Tuning(String what, double[] rates, double[] validation, double chosen, boolean atEdge) {
  public Tuning {
    rates = rates.clone();
    validation = validation.clone();
  }

  /// Tries every rate.
  ///
  /// @param at the training at a rate
  static Tuning of(String what, Workbench bench, Method method, Mode mode, DoubleFunction<AdapterTraining> at) {
    double[] rates = bench.settings().rates();
    double[] validation = new double[rates.length];
    for (int i = 0; i < ModeSettings.TUNING_SEEDS; i++) {
      try (Workbench.SeedRun seed = bench.seed(bench.settings().tuningSeed(i))) {
        for (int k = 0; k < rates.length; k++) {
          try (AdaptedNetwork network = seed.network(method.with(at.apply(rates[k])), mode)) {
            validation[k] += network.accuracy(seed.validation(mode)) / ModeSettings.TUNING_SEEDS;
          }
        }
      }
    }
    double most = Arrays.stream(validation).max().orElseThrow();
    int best = 0;
    while (validation[best] < most) {
      best++;
    }
    return new Tuning(what, rates, validation, rates[best], best == 0 || best == rates.length - 1);
  }

  /// A method at its best rate, thresholds at the rate it came with.
  static Tuning ofRate(Workbench bench, Method method, Mode mode) {
    return of(method.name(), bench, method, mode,
        rate -> method.training().withRates(rate, method.training().thresholdLearningRate()));
  }
}
