package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.OptBoolean;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Estimate;

/// The one figure that a verdict is about, as numbers.
///
/// @param figure what it is, in a few words
/// @param unit of value and interval
/// @param estimate with its 95 % interval
/// @param power what would have been found; null where nobody planted anything
public record Evidence(String figure, Unit unit, Estimate estimate,
    @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) Power power) {
  /// A figure without power.
  public Evidence(String figure, Unit unit, Estimate estimate) {
    this(figure, unit, estimate, null);
  }

  /// The figure with its interval: `0.672 [0.578 to 0.772]`.
  public String printed() {
    return unit.of(estimate);
  }

  /// The same about another figure of the same question.
  Evidence about(String other, Estimate otherEstimate) {
    return new Evidence(other, unit, otherEstimate, power);
  }
}
