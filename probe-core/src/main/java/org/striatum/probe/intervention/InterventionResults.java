package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.Printed;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.FamilyWise;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.PredictionBound;
import org.striatum.probe.stats.Verdict;

/// What the intervention study found: a plain record of figures, written to `results/interventions.json`.
///
/// @param interventions primary ones first
/// @param curves dose and steering curves, which carry no verdict
/// @param notes what could not be done, and why
public record InterventionResults(List<Intervention> interventions, List<Curve> curves, List<String> notes) {
  public InterventionResults {
    interventions = List.copyOf(interventions);
    curves = List.copyOf(curves);
    notes = List.copyOf(notes);
  }

  /// Whether the model uses a set that was named before the run: YES if one such intervention shows it, else the verdict
  /// of the first; NOT_TESTED without one.
  public Verdict verdict() {
    List<Verdict> primary = interventions.stream().filter(Intervention::primary).map(Intervention::verdict).toList();
    return primary.contains(Verdict.YES)
        ? Verdict.YES
        : primary.isEmpty() ? Verdict.NOT_TESTED : primary.getFirst();
  }

  /// Primary interventions, named before any was made, come first; their p become q by Holm's correction among
  /// themselves (one alone stands on its own p). All others share one false-discovery rate: their p become q by
  /// Benjamini and Hochberg. The q decide what is specific; what is not is only called *none* where a drop of the declared
  /// size would have been found, see [Damage].
  ///
  /// @param effect what must be found four times in five: a share of accuracy, or of the probability of a solution, in (0, 1)
  /// @throws IllegalArgumentException on an effect outside (0, 1)
  public static InterventionResults of(List<MeasuredIntervention> measured, double effect, List<Curve> curves,
      List<String> notes) {
    if (!(effect > 0 && effect < 1)) {
      throw new IllegalArgumentException("a declared effect must be in (0, 1), found " + effect);
    }
    List<Intervention> all = new ArrayList<>(new TestFamily(
        measured.stream().filter(one -> one.intervention().primary()).toList(), FamilyWise::holm).judged(effect));
    all.addAll(new TestFamily(measured.stream().filter(one -> !one.intervention().primary()).toList(),
        FalseDiscovery::benjaminiHochberg).judged(effect));
    return new InterventionResults(all, curves, notes);
  }

  /// One neuron set, or one direction, beside its controls, at one hook point or at several at once. Effects are outcome minus base:
  /// negative is damage.
  ///
  /// @param primary whether it was named before the run
  /// @param set e.g. `value@1%`, or the direction's name
  /// @param layers its coordinates (none are named where a direction is changed), and how the controls match, at each hook point
  /// @param kind what was done
  /// @param alpha steering's strength in deviations, or how many times a direction was added; NaN where nothing was
  /// @param items paired items, the same in every arm
  /// @param problems distinct problems among them
  /// @param emptyMaskIdentical whether the gated graph with an empty mask gave the base outcomes bit for bit
  /// @param base the untouched model
  /// @param ablated the set
  /// @param others named sets under the same ablation, see [NamedSet#beside]
  /// @param random uniformly random sets of equal size
  /// @param matched RMS-matched sets; empty where none could be drawn
  /// @param decision what it came to; null until its family is known
  public record Intervention(boolean primary, String dataset, String set, List<LayerSet> layers,
      AblationKind kind, double alpha, PositionMask positions, OutcomeKind outcome, int items, int problems,
      boolean emptyMaskIdentical, Arm base,
      Arm ablated, List<Arm> others, Controls random, Controls matched, Decision decision) {
    public Intervention {
      layers = List.copyOf(layers);
      others = List.copyOf(others);
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("an intervention needs a hook point, found none");
      }
    }

    /// Whether the model uses this set more than equally large coordinates.
    public Verdict verdict() {
      return damage().verdict();
    }

    /// What the damage is.
    public Damage damage() {
      return decision.damage();
    }

    /// What was done, e.g. `zero` or `steer +2σ`.
    public String treatment() {
      return kind.printed(alpha);
    }

    /// Coordinates changed, over all hook points.
    public int size() {
      return ablated.coordinates();
    }

    /// The hook point, or how many there are at once.
    public String where() {
      return layers.size() == 1 ? layers.getFirst().hook().toString() : layers.size() + " hook points at once";
    }

    /// Ablated − base, paired bootstrap by problem.
    public Estimate effect() {
      return ablated.effect();
    }

    /// Whether exact McNemar p decides too: successes, one a problem.
    boolean pairs() {
      return ablated.mcNemar() != null && items == problems;
    }

    /// Whether the outcome fell at all.
    boolean isDamaged() {
      return Damage.isShown(effect(), ablated.mcNemar(), pairs());
    }

    /// Why no matched set was drawn; null if they were.
    public String refused() {
      return layers.stream().map(LayerSet::matching).map(Matching::refused).filter(text -> text != null).findFirst()
          .orElse(null);
    }

    /// What a set that does more damage than its matched controls shows, in the set's own words.
    public String specific() {
      return kind.ofDirection()
          ? "specific to this direction"
          : set.startsWith("value@")
              ? "value-specific"
              : set.startsWith("dopamine@") ? "dopamine-specific" : "specific to these neurons";
    }

    /// The same, judged.
    Intervention judged(double qRandom, double qMatched, Decision found) {
      return new Intervention(primary, dataset, set, layers, kind, alpha, positions, outcome, items, problems,
          emptyMaskIdentical, base, ablated, others, random.corrected(qRandom), matched.corrected(qMatched), found);
    }
  }

  /// A set's coordinates at one hook point.
  public record LayerSet(HookPoint hook, List<Integer> coordinates, Matching matching) {
    public LayerSet {
      coordinates = List.copyOf(coordinates);
    }
  }

  /// One treatment of the model over all items.
  ///
  /// @param name `base`, the set's name, or a named set's
  /// @param coordinates how many were changed
  /// @param outcome mean
  /// @param effect mean outcome minus base's, paired bootstrap by problem
  /// @param mcNemar exact test against base on paired successes; null where the outcome is no success
  /// @param writing how it writes; null where nothing was generated
  /// @param prediction how it predicts the reference solutions; null where that was not recorded
  public record Arm(String name, int coordinates, Estimate outcome, Estimate effect, McNemarTable mcNemar,
      Writing writing, Prediction prediction) {}

  /// Sets drawn as controls, each an arm. Those of a secondary intervention are measured one after another, and no further
  /// once [InterventionStudy#ENOUGH_EXCEED] of them do as much damage as the set (Besag and Clifford 1991): p is then plainly
  /// large.
  ///
  /// @param effects of each set measured, in the order in which they were
  /// @param available sets that there were to measure; more than were where measuring stopped early
  /// @param p (1 + #{control ≤ effect of the target}) / (1 + m); NaN without controls. Ties count against the target. Where
  ///     measuring stopped early it is a little above Besag and Clifford's h/m
  /// @param q p after correction for its family
  /// @param ties controls with exactly the target's effect
  /// @param excess effect less the mean of these controls', paired bootstrap by problem; NaN without controls
  /// @param writing means over all of them; null where nothing was generated
  /// @param prediction means over the first few; null where that was not recorded
  public record Controls(List<Double> effects, int available, double p, double q, int ties, Estimate excess,
      Writing writing, Prediction prediction) {
    public Controls {
      effects = List.copyOf(effects);
      if (available < effects.size()) {
        throw new IllegalArgumentException(
            "no more sets can be measured than there are, found " + effects.size() + " of " + available);
      }
    }

    private Controls corrected(double corrected) {
      return new Controls(effects, available, p, corrected, ties, excess, writing, prediction);
    }

    /// q as people read it.
    public PValue qValue() {
      return PValue.corrected(q, p, available);
    }

    /// Whether measuring stopped before all were.
    public boolean isStopped() {
      return effects.size() < available;
    }

    /// The damage to be exceeded: an effect below it has p ≤ limit. NaN where no effect could. Where measuring stopped early
    /// and so few controls cannot reach the limit, it is where one more of a normal sample would lie with that probability,
    /// or the smallest of them.
    ///
    /// @param limit largest p that passes
    public double critical(double limit) {
      return critical(effects.stream().mapToDouble(Double::doubleValue).toArray(), available, limit);
    }

    private static double critical(double[] effects, int available, double limit) {
      int place = (int) Math.floor(limit * (effects.length + 1) + 1e-9);
      double[] sorted = Arrays.stream(effects).sorted().toArray();
      if (Double.isNaN(limit) || effects.length == 0 || (place < 1 && effects.length == available)) {
        return Double.NaN;
      }
      return place >= 1
          ? sorted[Math.min(place, sorted.length) - 1]
          : Math.min(sorted[0], PredictionBound.below(effects, limit));
    }

    /// Whether an effect has p ≤ limit against controls, by their count or, where so few cannot tell, by [#critical].
    static boolean isExceeded(double effect, double[] controls, int available, double limit) {
      return controls.length == available
          ? EmpiricalP.low(effect, controls) <= limit + 1e-12
          : effect < critical(controls, available, limit);
    }

    public double mean() {
      return effects.stream().mapToDouble(effect -> effect).average().orElse(Double.NaN);
    }
  }

  /// How completions look, whether right or wrong.
  ///
  /// @param tokens generated tokens
  /// @param finished share that ended themselves (end of sequence)
  /// @param parsed share an answer can be read off
  public record Writing(Estimate tokens, Estimate finished, Estimate parsed) {}

  /// How the reference solutions are predicted.
  ///
  /// @param perplexity exp(−Σ log p / Σ tokens) of the solutions' tokens
  /// @param divergence KL(base ‖ arm) in nats per token, over the same places
  public record Prediction(Estimate perplexity, Estimate divergence) {}

  /// How well the RMS-matched sets match.
  ///
  /// @param tolerance largest allowed |ln(RMS / target RMS)| of a matched coordinate
  /// @param worst largest found
  /// @param meanLogRatio mean over sets and coordinates of ln(RMS / target RMS)
  /// @param sinks coordinates left out of every control as massive activations
  /// @param refused why no matched set was drawn; null if they were
  public record Matching(double tolerance, double worst, double meanLogRatio, List<Integer> sinks, String refused) {
    public Matching {
      sinks = List.copyOf(sinks);
    }
  }

  /// Paired successes, base against ablated.
  ///
  /// @param broken items right at base and wrong ablated
  /// @param repaired items wrong at base and right ablated
  /// @param p exact two-sided
  public record McNemarTable(int broken, int repaired, double p) {
    /// p as people read it.
    public PValue pValue() {
      return PValue.exact(p);
    }
  }

  /// What the arms say: specific to the set only if there is damage and it exceeds the RMS-matched distribution. What is not
  /// specific is generic (it exceeds the uniform distribution) or none only if its interval excludes the critical damage and
  /// the declared drop would have been found four times in five; else undecided. Not tested where no effect could have
  /// passed, see [Decision.Reason].
  public enum Damage implements Printed {
    SPECIFIC("specific", Verdict.YES), GENERIC("generic", Verdict.NO), NONE("none", Verdict.NO), UNDECIDED("undecided",
        Verdict.UNDECIDED), NOT_TESTED("not tested", Verdict.NOT_TESTED);

    static final double LEVEL = 0.05;

    private final String printed;
    private final Verdict verdict;

    Damage(String printed, Verdict verdict) {
      this.printed = printed;
      this.verdict = verdict;
    }

    /// Whether the model uses the set more than equally large coordinates.
    public Verdict verdict() {
      return verdict;
    }

    @Override
    public String printed() {
      return printed;
    }

    /// Whether the outcome fell at all: its effect's interval lies below 0 and, where successes are paired one a problem,
    /// McNemar's exact test says so too. A bootstrap of a few changed items is too narrow, and controls that change
    /// nothing make a few changed items look extreme.
    static boolean isShown(Estimate effect, McNemarTable mcNemar, boolean pairs) {
      return effect.high() < 0 && (mcNemar == null || !pairs || mcNemar.p() <= LEVEL);
    }
  }

  /// An effect on log-probability against how much is changed, at one hook point.
  ///
  /// @param subject what x is
  /// @param set the ranking or set, e.g. `value@1%`
  /// @param kind what was done
  public record Curve(CurveKind subject, String dataset, HookPoint hook, String set, AblationKind kind,
      PositionMask positions,
      int items, int problems, List<CurvePoint> points) {
    public Curve {
      points = List.copyOf(points);
    }
  }

  /// One point of a curve.
  ///
  /// @param coordinates changed
  /// @param effect outcome minus base in nats per item, paired bootstrap by problem
  /// @param controls RMS-matched sets behind the band
  /// @param mean effect of the matched sets
  /// @param low 2.5 percentile of it
  /// @param high 97.5 percentile of it
  /// @param p (1 + #{matched ≤ effect}) / (1 + m), uncorrected
  /// @param refused why there is no band; null if there is one
  public record CurvePoint(double x, int coordinates, Estimate effect, int controls, double mean, double low,
      double high, double p, String refused) {
    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, controls);
    }
  }
}
