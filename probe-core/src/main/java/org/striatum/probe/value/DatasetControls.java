package org.striatum.probe.value;

import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.Stability;
import org.striatum.probe.stats.Verdict;

/// What the controls say of the reading of value on one dataset, at the hook point that validation problems choose.
///
/// All are about one probe, ridge regression of the outcome on z-scored s₀, because it is fitted exactly and in a moment.
/// It is fitted, and everything about it chosen by cross-validation, on training and validation problems together; AUROCs
/// are of test problems, with 95 % intervals by problem bootstrap, paired where they are differences.
///
/// @param width coordinates at the hook point
/// @param testProblems distinct test problems; testRollouts, their rollouts
/// @param whole the probe on all coordinates
/// @param readable whether the whole probe's interval lies above ½: without that no question below has an answer
/// @param nuisances known before generation first, then those known after it too
/// @param nested null where it could not be done
/// @param power how often codes planted into the same states are found
/// @param notes what could not be done, and why, one line each
public record DatasetControls(String dataset, HookPoint hook, int width, int testProblems, int testRollouts,
    Estimate whole, boolean readable, Sparsity sparsity, RotationControl rotation, List<NuisanceBaseline> nuisances,
    NestedSelection nested, Reliability calibration, List<SetStability> stability, ValuePower power,
    List<String> notes) {
  public DatasetControls {
    nuisances = List.copyOf(nuisances);
    stability = List.copyOf(stability);
    notes = List.copyOf(notes);
  }

  /// The same figures with the power that was found elsewhere on as many problems.
  public DatasetControls withPower(ValuePower other) {
    return new DatasetControls(dataset, hook, width, testProblems, testRollouts, whole, readable, sparsity, rotation,
        nuisances, nested, calibration, stability, other, notes);
  }

  /// Whether an interval lies above ½.
  static boolean predicts(Estimate auroc) {
    return auroc.low() > 0.5;
  }

  /// Does the state predict success? YES: the whole probe's interval lies above ½. NO: it does not, it lies below the declared
  /// effect, and codes of that effect would have been found.
  public Verdict predicts() {
    Verdict found = readable ? Verdict.YES : whole.high() < power.effect() ? Verdict.NO : Verdict.UNDECIDED;
    return power.answer(ValueQuestion.PREDICTS, found);
  }

  /// Is the value read from few coordinates? See [Sparsity].
  public Verdict sparse() {
    return asked(ValueQuestion.SPARSE, sparsity.verdict());
  }

  /// Of a probe that is not shown to predict anything it is not asked how.
  private Verdict asked(ValueQuestion question, Verdict found) {
    return readable ? power.answer(question, found) : Verdict.NOT_TESTED;
  }

  /// Are single coordinates its natural unit? See [RotationControl].
  public Verdict basisAligned() {
    return asked(ValueQuestion.ALIGNED, rotation.verdict());
  }

  /// Does the probe know more than the prompt's length? See [NuisanceBaseline].
  public Verdict moreThanPromptLength() {
    return asked(ValueQuestion.MORE_THAN_LENGTH, nuisances.getFirst().verdict());
  }

  /// The answer to a question.
  public Verdict answer(ValueQuestion question) {
    return switch (question) {
      case PREDICTS -> predicts();
      case SPARSE -> sparse();
      case ALIGNED -> basisAligned();
      case MORE_THAN_LENGTH -> moreThanPromptLength();
    };
  }

  /// The three answers in one line.
  public String line() {
    return "value code at %s: sparse: %s; basis-aligned: %s; more than prompt length: %s".formatted(hook,
        sparse().printed(), basisAligned().printed(), moreThanPromptLength().printed());
  }

  /// What random sets of one size reach.
  ///
  /// @param sets how many were drawn; 0 where none could be
  /// @param mean, low, high of their AUROCs (2.5 and 97.5 percentiles)
  /// @param p (1 + #{random ≥ pruned}) / (1 + sets)
  /// @param refused why there are none; null if there are
  public record RandomSets(int sets, double mean, double low, double high, double p, String refused) {
    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, sets);
    }
  }

  /// A probe refitted on its best coordinates, at most a tenth of them: ranking and number chosen by cross-validation,
  /// the smallest number within a quarter of the margin of the best.
  ///
  /// YES: its AUROC falls short of the whole probe's by less than the margin (interval of the difference above −margin)
  /// and exceeds that of every random set of the same size (p ≤ 0.05, and the paired difference from their mean above 0).
  /// NO: random sets come within the margin; or it falls short (interval below 0) and is not shown to exceed random sets. A set that
  /// falls short and exceeds them is UNDECIDED: a sparse part beside a dense one is not denied.
  ///
  /// @param ranking correlation, ridge or lasso
  /// @param kept coordinates; share of all in [0, 1]
  /// @param pruned its AUROC
  /// @param difference pruned − whole
  /// @param random sets of as many coordinates, refitted
  /// @param overRandom pruned − mean of the random sets
  /// @param matched the same with coordinates of nearly the same deviation, none of the kept ones among them
  /// @param complement AUROC of the probe refitted without the kept coordinates
  /// @param complementDifference complement − whole
  /// @param verdict before power is looked at
  public record Sparsity(String ranking, int kept, double share, Estimate pruned, Estimate difference, double margin,
      RandomSets random, Estimate overRandom, RandomSets matched, Estimate complement, Estimate complementDifference,
      List<Integer> coordinates, Verdict verdict) {
    private static final double FOUR_IN_FIVE = 0.8416; // standard normal quantile
    private static final double INTERVAL = 1.96;

    public Sparsity {
      coordinates = List.copyOf(coordinates);
    }

    /// About how many problems the dataset would need for a difference of 0 to be shown smaller than the margin four times
    /// in five: (1.96 + 0.84) standard errors within the margin, which fall with the root of their number. NaN without an
    /// interval.
    ///
    /// @param problems that it has
    public double problemsForMargin(int problems) {
      double error = (difference.high() - difference.low()) / (2 * INTERVAL);
      double ratio = (INTERVAL + FOUR_IN_FIVE) * error / margin;
      return problems * ratio * ratio;
    }
  }

  /// Pruning repeated in random orthogonal bases of the z-scored states. Where a pruned probe does as well in them,
  /// coordinates are nothing special and "neuron" is the wrong word.
  ///
  /// YES: averaged over the points, the native basis does better (interval above 0, and p ≤ 0.05 or better than all of fewer
  /// than 19 rotations). NO: it does not by as much as the margin (interval below it). Else UNDECIDED.
  ///
  /// @param points one per pruning ratio
  /// @param difference native − mean of rotations, averaged over points
  /// @param p (1 + #{rotation ≥ native}) / (1 + rotations), of AUROCs averaged over points
  public record RotationControl(int rotations, List<RotationPoint> points, Estimate difference, double p,
      Verdict verdict) {
    public RotationControl {
      points = List.copyOf(points);
    }

    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, rotations);
    }
  }

  /// One pruning ratio: in every basis the ranking is chosen anew.
  ///
  /// @param ratio share of coordinates removed
  /// @param low 2.5 percentile over rotations; high, 97.5
  /// @param difference native − mean of rotations
  public record RotationPoint(double ratio, int kept, Estimate unrotated, double rotatedMean, double low, double high,
      Estimate difference, double p) {}

  /// What can be predicted without hidden states, and what the probe adds.
  ///
  /// The baseline is logistic in the named variables; the other model also has the probe's score, cross-fitted by problem
  /// where the model is fitted. YES: the increment's interval lies above 0. NO: below the margin. NOT_TESTED: the baseline alone
  /// comes within the margin of 1, so that nothing is left to add. Else UNDECIDED.
  ///
  /// @param beforeGeneration whether all variables are known when V(s₀) is read
  /// @param alone AUROC of the baseline; withProbe, of both together
  /// @param increment withProbe − alone
  public record NuisanceBaseline(List<String> variables, boolean beforeGeneration, Estimate alone, Estimate withProbe,
      Estimate increment, Verdict verdict) {
    /// The variable that says whether a completion finished or was cut off at the token limit.
    public static final String FINISHED = "finished";

    public NuisanceBaseline {
      variables = List.copyOf(variables);
    }

    /// The variables, and which one is absent because the rollouts do not say it.
    public String printed() {
      return String.join(", ", variables) + (beforeGeneration || variables.contains(FINISHED)
          ? ""
          : " (absent: whether a completion finished, which these rollouts do not say)");
    }
  }

  /// Hook point, ranking and number of coordinates chosen inside, the untouched outer fold reported: no choice has seen the
  /// problems it is judged on.
  ///
  /// @param auroc mean of the outer folds' AUROCs
  /// @param shuffled the same with outcomes shuffled by problem and everything chosen again
  /// @param choices one an outer fold
  public record NestedSelection(int folds, Estimate auroc, ValueNeuronResults.NullBand shuffled,
      List<NestedChoice> choices) {
    public NestedSelection {
      choices = List.copyOf(choices);
    }
  }

  /// What one outer fold's selection came to.
  public record NestedChoice(HookPoint hook, String ranking, int kept, double auroc) {}

  /// How far the probe's probabilities can be taken at their word: its scores made probabilities by a logistic curve
  /// fitted to cross-fitted scores (Platt 1999).
  ///
  /// @param baseBrier Brier score of always saying the fit problems' mean reward
  public record Reliability(double brier, double baseBrier, double ece, List<ReliabilityBin> bins) {
    public Reliability {
      bins = List.copyOf(bins);
    }
  }

  /// Test rollouts whose probability lies in [low, high).
  ///
  /// @param meanProbability NaN where the bin is empty
  /// @param rate share that succeeded
  public record ReliabilityBin(double low, double high, int rollouts, double meanProbability, double rate) {}

  /// How far sets chosen alike agree.
  ///
  /// @param over what differs: `problem resamples` or `probe seeds`
  /// @param k coordinates a set
  public record SetStability(String ranking, String over, int k, Stability stability) {}
}
