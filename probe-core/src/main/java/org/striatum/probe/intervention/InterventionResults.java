package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.FalseDiscovery;

/// What the intervention study found: a plain record of figures, written to `results/interventions.json`.
///
/// @param interventions the primary one first
public record InterventionResults(List<Intervention> interventions) {
  public InterventionResults {
    interventions = List.copyOf(interventions);
  }

  /// The primary intervention, named before any, stands on its own p and comes first. All others share one
  /// false-discovery rate: their p become q (Benjamini–Hochberg), which decide their verdicts.
  public static InterventionResults of(List<Intervention> interventions) {
    List<Intervention> secondary = interventions.stream().filter(one -> !one.primary()).toList();
    List<Intervention> matchable = secondary.stream().filter(one -> !Double.isNaN(one.pMatched())).toList();
    double[] qRandom = FalseDiscovery
        .benjaminiHochberg(secondary.stream().mapToDouble(Intervention::pRandom).toArray());
    double[] qMatched = FalseDiscovery
        .benjaminiHochberg(matchable.stream().mapToDouble(Intervention::pMatched).toArray());
    List<Intervention> all = new ArrayList<>(interventions.stream().filter(Intervention::primary).toList());
    for (int i = 0; i < secondary.size(); i++) {
      int place = matchable.indexOf(secondary.get(i));
      all.add(secondary.get(i).corrected(qRandom[i], place < 0 ? Double.NaN : qMatched[place]));
    }
    return new InterventionResults(all);
  }

  /// One neuron set at one hook point against its controls. Effects are outcome minus base: negative is damage.
  ///
  /// @param primary whether it was named before the run
  /// @param set e.g. `value@1%`
  /// @param coordinates of the set
  /// @param kind e.g. `zero`
  /// @param outcome `accuracy` or `log-probability` (nats per item)
  /// @param items paired items, the same in every arm
  /// @param problems distinct problems among them
  /// @param emptyMaskIdentical whether the gated graph with an empty mask gave the base outcomes bit for bit
  /// @param base mean outcome of the untouched model
  /// @param ablated mean outcome with the set ablated
  /// @param effect ablated − base, paired bootstrap by problem
  /// @param random effect of each uniformly random set of equal size
  /// @param matched effect of each RMS-matched set; empty where none could be drawn
  /// @param matching how well the sets match
  /// @param pRandom (1 + #{random ≤ effect}) / (1 + m)
  /// @param pMatched the same against the matched sets; NaN without them
  /// @param qRandom pRandom, corrected for all secondary interventions; the primary's is its p
  /// @param qMatched pMatched, likewise
  /// @param mcNemar exact test on paired successes; null where the outcome is no success
  public record Intervention(boolean primary, String dataset, HookPoint hook, String set, List<Integer> coordinates,
      String kind, PositionMask positions, String outcome, int items, int problems, boolean emptyMaskIdentical,
      Estimate base, Estimate ablated, Estimate effect, List<Double> random, List<Double> matched, Matching matching,
      double pRandom, double pMatched, double qRandom, double qMatched, McNemarTable mcNemar, Verdict verdict) {
    public Intervention {
      coordinates = List.copyOf(coordinates);
      random = List.copyOf(random);
      matched = List.copyOf(matched);
    }

    /// The same with corrected p, which decide the verdict.
    private Intervention corrected(double qRandom, double qMatched) {
      return new Intervention(primary, dataset, hook, set, coordinates, kind, positions, outcome, items, problems,
          emptyMaskIdentical, base, ablated, effect, random, matched, matching, pRandom, pMatched, qRandom, qMatched,
          mcNemar,
          emptyMaskIdentical ? InterventionStudy.verdict(effect.value(), qRandom, qMatched) : Verdict.UNDECIDED);
    }
  }

  /// How well the RMS-matched sets match.
  ///
  /// @param tolerance largest allowed |ln(RMS / target RMS)| of a matched coordinate
  /// @param worst largest found
  /// @param meanLogRatio mean over sets and coordinates of ln(RMS / target RMS)
  /// @param sinks coordinates left out of every control as massive activations
  /// @param refused why no matched set was drawn; null if they were
  public record Matching(double tolerance, double worst, double meanLogRatio, List<Integer> sinks, String refused) {}

  /// Paired successes, base against ablated.
  ///
  /// @param broken items right at base and wrong ablated
  /// @param repaired items wrong at base and right ablated
  /// @param p exact two-sided
  public record McNemarTable(int broken, int repaired, double p) {}

  /// What the arms say, in the words of the design: value-specific only if the damage exceeds the RMS-matched
  /// distribution, generic if only the uniform one, else none; undecided without matched controls.
  public enum Verdict {
    VALUE_SPECIFIC, GENERIC, NONE, UNDECIDED
  }
}
