package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.Verdict;

/// How much of the difference between a right and a wrong run of one prompt goes through some coordinates.
///
/// @param mediations one for each dataset, set and direction
/// @param notes what could not be done, one line each
public record MediationResults(List<Mediation> mediations, List<String> notes) {
  public MediationResults {
    mediations = List.copyOf(mediations);
    notes = List.copyOf(notes);
  }

  /// What each mediation comes to among all of them, in their order: yes where its set moves the model more than RMS-matched sets do, by
  /// the interval and after correction for their number (q ≤ 0.05, Benjamini–Hochberg); not tested where the whole state is not shown to move anything or
  /// there is no matched set; otherwise undecided, as nothing here says what would have been found.
  public List<Judged> judged() {
    double[] p = mediations.stream().filter(Mediation::isTestable).mapToDouble(Mediation::p).toArray();
    double[] q = FalseDiscovery.benjaminiHochberg(p);
    List<Judged> judged = new ArrayList<>();
    int tested = 0;
    for (Mediation one : mediations) {
      judged.add(one.isTestable()
          ? Judged.of(one, PValue.corrected(q[tested++], one.p(), one.controls()))
          : new Judged(one, PValue.exact(Double.NaN), Verdict.NOT_TESTED));
    }
    return judged;
  }

  /// A mediation with its verdict.
  ///
  /// @param q corrected for the number of mediations that could be tested
  public record Judged(Mediation mediation, PValue q, Verdict verdict) {
    private static final double LEVEL = 0.05;

    private static Judged of(Mediation one, PValue q) {
      return new Judged(one, q, one.beyond().low() > 0 && q.value() <= LEVEL ? Verdict.YES : Verdict.UNDECIDED);
    }
  }

  /// One set in one dataset at one hook point. All effects are in nats, positive towards what the donor's run does.
  ///
  ///     m(x) = log p(rest of the right run | x) − log p(rest of the wrong run | x)
  ///
  /// @param coordinates of the set
  /// @param problems pairs of runs, one a problem
  /// @param total m after the donor's beginning less m after the receiver's: everything that the first token in which they
  ///     differ changes
  /// @param whole the same where the receiver's whole state at that token, at the hook point, is the donor's: what a set can reach
  /// @param effect the same where the set's coordinates are the donor's
  /// @param controls RMS-matched sets of the same size; their effects' mean, low and high (2.5 and 97.5 percentiles), NaN without any
  /// @param p (1 + #{control ≥ effect}) / (1 + m)
  /// @param beyond effect less the mean of the controls', interval by problem
  public record Mediation(String dataset, HookPoint hook, String set, int coordinates, Transplant transplant,
      int problems,
      Estimate total, Estimate whole, Estimate effect, int controls, double mean, double low, double high, double p,
      Estimate beyond) {
    /// Whether there is something to carry, and something to compare with.
    boolean isTestable() {
      return whole.low() > 0 && controls > 0 && Double.isFinite(p);
    }

    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, controls);
    }

    /// The share of what the whole state mediates that the set does; NaN unless the former's interval lies above 0.
    public double share() {
      return whole.low() > 0 ? effect.value() / whole.value() : Double.NaN;
    }
  }
}
