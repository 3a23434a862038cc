package org.striatum.probe.intervention;

import org.striatum.probe.intervention.InterventionResults.Damage;

/// What an intervention came to within its family, and what it could have come to.
///
/// @param tests in its family, those that could be made
/// @param limit the largest p against matched sets that would have passed, after correction and with the others' as they are;
///     NaN where not even its floor 1/(1 + controls) would
/// @param critical the damage to be exceeded: an effect below it would have been called specific, by the matched controls after
///     correction and by McNemar's test where that decides; NaN where none would
/// @param power at drops of known size
public record Decision(Damage damage, Reason reason, int tests, double limit, double critical, AblationPower power) {
  /// Matched sets with which one test of the family can pass, whatever the others' p are: its floor times the tests is 0.05.
  public int controlsEnough() {
    return (int) Math.round(tests / Damage.LEVEL) - 1;
  }

  /// Why the damage is called what it is called.
  public enum Reason {
    /// There is damage, and more than matched controls do.
    EXCEEDS_CONTROLS,
    /// The interval holds no damage that would have been specific, and such damage would have been found.
    EXCLUDED,
    /// The interval holds damage that would have been specific.
    INTERVAL_HOLDS_CRITICAL,
    /// The declared drop would not have been found four times in five.
    LACKS_POWER,
    /// One problem: there is no interval.
    NO_INTERVAL,
    /// Too few controls for the family: no effect could have passed.
    TOO_FEW_CONTROLS,
    /// No matched set could be drawn.
    NO_MATCHED_SETS,
    /// The gated graph with an empty mask is another model.
    EMPTY_MASK
  }
}
