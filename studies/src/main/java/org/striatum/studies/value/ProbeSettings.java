package org.striatum.studies.value;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.function.UnaryOperator;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.studies.run.ProblemSplit;

/// Settings of the search for value neurons.
///
/// @param study probes, rankings and controls
/// @param split of problems
/// @param seed of fits, controls and intervals
/// @param position of s₀; null for the end of the prompt, so that settings are written as they were before there was another
public record ProbeSettings(ValueNeuronSettings study, ProblemSplit split, long seed,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) StatePosition position) {
  public ProbeSettings {
    position = position == StatePosition.PROMPT_END ? null : position;
  }

  /// Settings that read value at the end of the prompt.
  public ProbeSettings(ValueNeuronSettings study, ProblemSplit split, long seed) {
    this(study, split, seed, null);
  }

  public static ProbeSettings defaults() {
    return new ProbeSettings(ValueNeuronSettings.defaults(), new ProblemSplit(0.5, 0.1, 1), 1);
  }

  /// Fewer draws for every control; more validation problems, which choose among hook points.
  public static ProbeSettings quick() {
    return new ProbeSettings(ValueNeuronSettings.quick(), new ProblemSplit(0.5, 0.2, 1), 1);
  }

  public ProbeSettings withStudy(UnaryOperator<ValueNeuronSettings> change) {
    return new ProbeSettings(change.apply(study), split, seed, position);
  }

  public ProbeSettings withSplit(UnaryOperator<ProblemSplit> change) {
    return new ProbeSettings(study, change.apply(split), seed, position);
  }

  /// The same with the ranking that decides which coordinates are value neurons.
  public ProbeSettings withRanking(Ranking ranking) {
    return withStudy(settings -> settings.withRanking(ranking));
  }

  /// The same with another seed of the split and of the study.
  public ProbeSettings withSeed(long other) {
    return new ProbeSettings(study, split.withSeed(other), other, position);
  }

  /// The same with value read at another position.
  public ProbeSettings withPosition(StatePosition other) {
    return new ProbeSettings(study, split, seed, other);
  }

  /// The position of s₀.
  public StatePosition at() {
    return position == null ? StatePosition.PROMPT_END : position;
  }
}
