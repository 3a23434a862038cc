package org.striatum.studies.intervention;

import org.striatum.probe.intervention.InterventionResults.Intervention;

/// What an intervention came to, in a few words: the same on the command line and in reports.
public final class InterventionWords {
  private InterventionWords() {}

  /// The verdict and its reason, e.g. `no (no more damage than control sets)`.
  public static String verdict(Intervention intervention) {
    return intervention.verdict().printed() + " (" + reason(intervention) + ")";
  }

  private static String reason(Intervention intervention) {
    if (!intervention.emptyMaskIdentical()) {
      return "the empty mask changed the outcomes";
    }
    return switch (intervention.damage()) {
      case SPECIFIC -> intervention.specific();
      case GENERIC -> "generic damage";
      case NONE -> "no more damage than control sets";
      case UNDECIDED -> "no RMS-matched sets";
    };
  }
}
