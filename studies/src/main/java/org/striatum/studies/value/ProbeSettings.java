package org.striatum.studies.value;

import java.util.function.UnaryOperator;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.studies.run.ProblemSplit;

/// Settings of the search for value neurons.
///
/// @param study probes, rankings and controls
/// @param split of problems
/// @param seed of fits, controls and intervals
public record ProbeSettings(ValueNeuronSettings study, ProblemSplit split, long seed) {
  public static ProbeSettings defaults() {
    return new ProbeSettings(ValueNeuronSettings.defaults(), new ProblemSplit(0.5, 0.1, 1), 1);
  }

  /// Fewer draws for every control; more validation problems, which choose among hook points.
  public static ProbeSettings quick() {
    return new ProbeSettings(ValueNeuronSettings.quick(), new ProblemSplit(0.5, 0.2, 1), 1);
  }

  public ProbeSettings withStudy(UnaryOperator<ValueNeuronSettings> change) {
    return new ProbeSettings(change.apply(study), split, seed);
  }

  public ProbeSettings withSplit(UnaryOperator<ProblemSplit> change) {
    return new ProbeSettings(study, change.apply(split), seed);
  }

  /// The same with the ranking that decides which coordinates are value neurons.
  public ProbeSettings withRanking(Ranking ranking) {
    return withStudy(settings -> settings.withRanking(ranking));
  }

  /// The same with another seed of the split and of the study.
  public ProbeSettings withSeed(long other) {
    return new ProbeSettings(study, split.withSeed(other), other);
  }
}
