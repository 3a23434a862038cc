package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.FamilyWise;
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
  /// Benjamini and Hochberg. The q decide the verdicts.
  public static InterventionResults of(List<Intervention> interventions, List<Curve> curves, List<String> notes) {
    List<Intervention> all = new ArrayList<>(
        corrected(interventions.stream().filter(Intervention::primary).toList(), FamilyWise::holm));
    all.addAll(corrected(interventions.stream().filter(one -> !one.primary()).toList(),
        FalseDiscovery::benjaminiHochberg));
    return new InterventionResults(all, curves, notes);
  }

  private static List<Intervention> corrected(List<Intervention> family, UnaryOperator<double[]> correction) {
    double[] qRandom = corrected(family.stream().mapToDouble(one -> one.random().p()).toArray(), correction);
    double[] qMatched = corrected(family.stream().mapToDouble(one -> one.matched().p()).toArray(), correction);
    List<Intervention> all = new ArrayList<>();
    for (int i = 0; i < qRandom.length; i++) {
      all.add(family.get(i).corrected(qRandom[i], qMatched[i]));
    }
    return all;
  }

  /// A test that could not be made (NaN) counts in no family.
  private static double[] corrected(double[] p, UnaryOperator<double[]> correction) {
    double[] made = correction.apply(Arrays.stream(p).filter(value -> !Double.isNaN(value)).toArray());
    double[] q = p.clone();
    int next = 0;
    for (int i = 0; i < q.length; i++) {
      q[i] = Double.isNaN(p[i]) ? Double.NaN : made[next++];
    }
    return q;
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
  public record Intervention(boolean primary, String dataset, String set, List<LayerSet> layers,
      AblationKind kind, double alpha, PositionMask positions, OutcomeKind outcome, int items, int problems,
      boolean emptyMaskIdentical, Arm base,
      Arm ablated, List<Arm> others, Controls random, Controls matched, Damage damage) {
    /// From the standard error to the effect that a two-sided test at 5 % finds four times in five: z₀.₉₇₅ + z₀.₈.
    private static final double POWER = 2.8016;
    private static final double INTERVAL = 2 * 1.9600;

    public Intervention {
      layers = List.copyOf(layers);
      others = List.copyOf(others);
      if (layers.isEmpty()) {
        throw new IllegalArgumentException("an intervention needs a hook point, found none");
      }
    }

    /// Whether the model uses this set more than equally large coordinates.
    public Verdict verdict() {
      return damage.verdict();
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

    /// The smallest effect against *no change* that these items would show four times in five (two-sided 5 %), from the
    /// width of the effect's interval; NaN without one.
    public double detectable() {
      return POWER * (effect().high() - effect().low()) / INTERVAL;
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

    /// The same with corrected p, which decide what the damage is.
    private Intervention corrected(double qRandom, double qMatched) {
      return new Intervention(primary, dataset, set, layers, kind, alpha, positions, outcome, items, problems,
          emptyMaskIdentical, base, ablated, others, random.corrected(qRandom), matched.corrected(qMatched),
          emptyMaskIdentical ? Damage.of(ablated.damaged(items == problems), qRandom, qMatched) : Damage.UNDECIDED);
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
      Writing writing, Prediction prediction) {
    private static final double LEVEL = 0.05;

    /// Whether the outcome fell at all: its effect's interval lies below 0 and, where successes are paired one a problem,
    /// McNemar's exact test says so too. A bootstrap of a few changed items is too narrow, and controls that change
    /// nothing make a few changed items look extreme.
    boolean damaged(boolean onePerProblem) {
      return effect.high() < 0 && (mcNemar == null || !onePerProblem || mcNemar.p() <= LEVEL);
    }
  }

  /// Sets drawn as controls, each an arm.
  ///
  /// @param effects of each set
  /// @param p (1 + #{control ≤ effect of the target}) / (1 + m); NaN without controls. Ties count against the target
  /// @param q p after correction for its family
  /// @param ties controls with exactly the target's effect
  /// @param writing means over all of them; null where nothing was generated
  /// @param prediction means over the first few; null where that was not recorded
  public record Controls(List<Double> effects, double p, double q, int ties, Writing writing, Prediction prediction) {
    public Controls {
      effects = List.copyOf(effects);
    }

    private Controls corrected(double corrected) {
      return new Controls(effects, p, corrected, ties, writing, prediction);
    }

    /// The damage to be exceeded: an effect below it has p ≤ 0.05 uncorrected. NaN where no effect could.
    public double critical() {
      int place = (int) Math.floor(0.05 * (effects.size() + 1) + 1e-9);
      return place < 1 ? Double.NaN : effects.stream().sorted().toList().get(place - 1);
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
  public record McNemarTable(int broken, int repaired, double p) {}

  /// What the arms say, in the words of the design: specific to the set only if there is damage and it exceeds the
  /// RMS-matched distribution, generic if only the uniform one, else none; undecided without matched controls.
  public enum Damage {
    SPECIFIC(Verdict.YES), GENERIC(Verdict.NO), NONE(Verdict.NO), UNDECIDED(Verdict.UNDECIDED);

    private static final double LEVEL = 0.05;

    private final Verdict verdict;

    Damage(Verdict verdict) {
      this.verdict = verdict;
    }

    /// Whether the model uses the set more than equally large coordinates.
    public Verdict verdict() {
      return verdict;
    }

    /// @param damaged see [Arm#damaged]
    static Damage of(boolean damaged, double qRandom, double qMatched) {
      if (Double.isNaN(qMatched)) {
        return UNDECIDED;
      }
      if (damaged && qMatched <= LEVEL) {
        return SPECIFIC;
      }
      return damaged && qRandom <= LEVEL ? GENERIC : NONE;
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
      double high, double p, String refused) {}
}
