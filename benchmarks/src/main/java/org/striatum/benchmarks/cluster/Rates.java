package org.striatum.benchmarks.cluster;

/// What one core does, and what a worker and a shared file system do. Those of a core are docs/benchmarks.md's, of a model of 494 M parameters on
/// two cores, taken to grow with the number of parameters.
///
/// @param generation parameters × tokens drawn in a second
/// @param reading parameters × tokens read in a second
/// @param fitting seconds of a core for one value probe of 2,000 rollouts of 100 states, d = 896: it grows with d
/// @param start seconds from a unit's start to its first piece, without its weights
/// @param network bytes a second that all workers read of the file system together
/// @param failure share of units that end without a result and run again
public record Rates(double generation, double reading, double fitting, double start, double network, double failure) {
  private static final double PARAMETERS = 494e6;
  private static final double CORES = 2;

  /// Rows `generation, large model`, `capture, equal lengths, 4 × 128, fast` and `value-probe` (500 steps a pass at 45.5 a second on two cores, 60
  /// passes).
  public static Rates measured() {
    return new Rates(PARAMETERS * 60.2 / CORES, PARAMETERS * 388.6 / CORES, 60 * 500 / 45.5 * CORES, 10, 2e9, 0.005);
  }

  /// Seconds that a study takes on one core.
  public double seconds(Model model, StudyWork work) {
    return model.parameters() * (work.generated() / generation + work.read() / reading)
        + fitting * work.fits() * model.width() / 896;
  }
}
