package org.striatum.benchmarks.cluster;

import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.uses.SearchSettings;

/// What the study of one checkpoint on one data set takes, step by step.
///
/// @param generated tokens that are drawn: rollouts, continuations, arms by completions, searches
/// @param read tokens whose states or log-probabilities are computed: capture, arms by log-probability
/// @param stored tokens whose hidden states are kept
/// @param fits value-probe trainings, over all hook points
public record StudyWork(double generated, double read, double stored, double fits) {
  /// Tokens of a prompt, of a completion, and steps of a completion: what a study of word problems has.
  static final int PROMPT = 100;
  static final int COMPLETION = 200;
  static final int STEPS = 10;
  /// Arms beside controls: base, empty mask, the set, two named sets.
  private static final int FIXED_ARMS = 5;
  /// Random sets beside matched ones of an arm by log-probability, at most.
  private static final int DESCRIBING = 199;

  /// A study told its defaults, with every control measured: an upper bound, because arms that decide nothing stop early.
  ///
  /// @param layers hook points
  public static StudyWork ofDefaults(int layers) {
    RolloutSettings asked = RolloutSettings.defaults();
    double rollouts = (double) asked.problems() * asked.samples();
    ContinuationSettings continued = ContinuationSettings.defaults();
    double continuations = (double) continued.rollouts() * STEPS * continued.draws() * COMPLETION / 2;
    AblationSettings.Measures measures = AblationSettings.defaults().measures();
    double arms = (FIXED_ARMS + 2.0 * measures.controls()) * measures.attempts() * COMPLETION;
    SearchSettings searched = SearchSettings.defaults();
    double search = 3.0 * searched.problems() * searched.candidates() * COMPLETION;
    double captured = rollouts * (PROMPT + COMPLETION);
    // What lies below the hook point runs once: half of the layers, on the average.
    double logProbabilities = layers / 2.0 * (FIXED_ARMS + measures.logProbabilityControls() + DESCRIBING)
        * measures.solutions() * (PROMPT + COMPLETION);
    return new StudyWork(rollouts * COMPLETION + continuations + arms + search, captured + logProbabilities, captured,
        2.0 * layers);
  }
}
