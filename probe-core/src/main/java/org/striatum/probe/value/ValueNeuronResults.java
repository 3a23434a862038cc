package org.striatum.probe.value;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.DoubleSummaryStatistics;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronSet;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// What the value-neuron study found: a plain record of figures, written to `results/value-neurons.json` and read by
/// the intervention study and the report. AUROCs are of V(s₀) against the terminal reward on test problems.
///
/// @param datasets one row per dataset
/// @param layers one row per dataset and hook point
/// @param controls one row per dataset that could be put to the test
/// @param trainings one row per value probe
public record ValueNeuronResults(List<DatasetSummary> datasets, List<LayerProbes> layers,
    List<DatasetControls> controls, List<ProbeTraining> trainings) {
  public ValueNeuronResults {
    trainings = trainings == null ? List.of() : List.copyOf(trainings);
    datasets = List.copyOf(datasets);
    layers = List.copyOf(layers);
    controls = controls == null ? List.of() : List.copyOf(controls);
  }

  /// Results without controls.
  public ValueNeuronResults(List<DatasetSummary> datasets, List<LayerProbes> layers) {
    this(datasets, layers, List.of());
  }

  /// Results that do not say how probes were trained.
  public ValueNeuronResults(List<DatasetSummary> datasets, List<LayerProbes> layers, List<DatasetControls> controls) {
    this(datasets, layers, controls, List.of());
  }

  /// How settled the rankings by weights are, one line for each dataset that has any.
  public List<String> rankingTrainings() {
    return datasets.stream().map(DatasetSummary::dataset).flatMap(dataset -> {
      List<ProbeTraining> own = trainings.stream().filter(one -> one.dataset().equals(dataset)).toList();
      return own.isEmpty() ? Stream.empty() : Stream.of(ProbeTraining.words(dataset, own));
    }).toList();
  }

  /// What was found at a hook point.
  ///
  /// @param hook such as `blocks.1.hook_resid_post`
  /// @throws IllegalArgumentException if it was not studied, listing what was
  public LayerProbes at(String dataset, String hook) {
    return layers.stream().filter(layer -> layer.dataset().equals(dataset) && layer.hook().toString().equals(hook))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("%s was not studied at %s: found %s".formatted(dataset,
            hook, layers.stream().map(layer -> layer.dataset() + " at " + layer.hook()).toList())));
  }

  /// One dataset and how the model does on it.
  ///
  /// @param problems distinct problems
  /// @param rollouts graded completions
  /// @param accuracy mean reward, with a 95 % interval bootstrapped by problem
  /// @param finished share of rollouts that ended themselves
  /// @param train problems to fit on; validation, to choose on; test, reported
  /// @param excludedRows states left out because they hold NaN or ∞
  /// @param promptLengthAuroc test AUROC of the prompt's length, or its negative, whichever is better on training
  /// @param ceiling of every AUROC: what the true probability of success would reach
  /// @param note what is missing and why; null if nothing is
  public record DatasetSummary(String dataset, int problems, int rollouts, Estimate accuracy, double finished,
      int train, int validation, int test, long excludedRows, Estimate promptLengthAuroc, Ceiling ceiling,
      String note) {}

  /// Every probe of one dataset at one hook point.
  ///
  /// @param probes test AUROC of each probe at s₀
  /// @param shuffled what the sparse path reaches when rewards are shuffled by problem and everything is chosen again
  /// @param pruning AUROC against pruning ratio
  /// @param path the L1-logistic path
  /// @param top the highest-ranked neurons, best first, by the study's ranking
  /// @param agreement how far the rankings agree
  /// @param ranking the study's
  /// @param order all coordinates by it, best first: what neuron sets are cut from
  public record LayerProbes(String dataset, HookPoint hook, List<ProbeAuroc> probes, NullBand shuffled,
      List<PruningCurve> pruning, PathSummary path, List<RankedNeuron> top, List<Agreement> agreement,
      Ranking ranking, List<Integer> order) {
    /// AUROC of a probe on validation problems, by which hook points are chosen; −∞ where there is none.
    public double validation(ProbeKind kind) {
      return probes.stream().filter(probe -> probe.probe() == kind).mapToDouble(ProbeAuroc::validation)
          .filter(Double::isFinite).findFirst().orElse(Double.NEGATIVE_INFINITY);
    }

    /// How far the study's ranking and the paper's agree; empty where they are the same, or were not compared.
    public Optional<Agreement> againstPaper() {
      List<String> both = List.of(ranking.printed(), Ranking.TD_FIRST_LAYER_L1.printed());
      return agreement.stream().filter(one -> both.contains(one.first()) && both.contains(one.second()))
          .findFirst();
    }

    /// The best share of the layer's coordinates by the study's ranking, rounded up.
    ///
    /// @param share in (0, 1)
    public NeuronSet top(double share) {
      if (!(share > 0 && share < 1)) {
        throw new IllegalArgumentException("a share of a layer must be in (0, 1), found " + share);
      }
      return best((int) Math.ceil(share * order.size() - 1e-9));
    }

    /// The best `count` coordinates by the study's ranking.
    public NeuronSet best(int count) {
      if (count < 1 || count >= order.size()) {
        throw new IllegalArgumentException(
            "a set must hold 1 to %d of the layer's coordinates, found %d".formatted(order.size() - 1, count));
      }
      return NeuronSet.at("top " + count + " of " + hook + ", " + dataset, hook, order.subList(0, count));
    }
  }

  /// One probe's AUROC.
  ///
  /// @param validation AUROC on validation problems: what choices are made by
  public record ProbeAuroc(ProbeKind probe, double validation, Estimate test) {}

  /// How long one value probe was trained.
  ///
  /// @param predicting passes after which it predicts best: the probe of every AUROC
  /// @param ranking passes after which its first-layer columns rank coordinates
  /// @param overlap share of the best coordinates that were so at the check before; NaN where nothing was compared
  /// @param stable whether that is as much as the settings ask for; if not, the order was still changing
  public record ProbeTraining(String dataset, HookPoint hook, Target target, int predicting, int ranking,
      double overlap,
      boolean stable) {
    static ProbeTraining of(String dataset, HookPoint hook, Target target, ValueProbeFit fit) {
      return new ProbeTraining(dataset, hook, target, fit.best(), fit.sorted().passes(), fit.sorted().overlap(),
          fit.sorted().stable());
    }

    /// How long the probes of one dataset were trained for their rankings, and how settled those are, in one line.
    static String words(String dataset, List<ProbeTraining> own) {
      IntSummaryStatistics passes = own.stream().mapToInt(ProbeTraining::ranking).summaryStatistics();
      DoubleSummaryStatistics overlap = own.stream().mapToDouble(ProbeTraining::overlap).filter(Double::isFinite)
          .summaryStatistics();
      String settled = overlap.getCount() == 0
          ? "no two orders were compared"
          : String.format(Locale.ROOT, "the best coordinates stay the same (overlap %.2f to %.2f) in %d of %d probes",
              overlap.getMin(), overlap.getMax(), own.stream().filter(ProbeTraining::stable).count(), own.size());
      return "%s: rankings by weights after %s passes; %s".formatted(dataset,
          passes.getMin() == passes.getMax() ? passes.getMin() : passes.getMin() + " to " + passes.getMax(), settled);
    }
  }

  /// A null distribution, summarised: 2.5 and 97.5 percentiles, and p = (1 + #{null ≥ observed}) / (1 + m).
  public record NullBand(int permutations, double mean, double low, double high, double p) {
    /// p as people read it.
    public PValue pValue() {
      return PValue.counted(p, permutations);
    }
  }

  /// AUROC against the share of coordinates removed.
  ///
  /// @param probe whose AUROC is shown
  /// @param ranking which ranking decides who is kept
  /// @param retrained whether the probe was refitted on the kept coordinates (false: masked to the training mean)
  public record PruningCurve(ProbeKind probe, Ranking ranking, boolean retrained, List<PruningPoint> points) {}

  /// One point of a pruning curve.
  ///
  /// @param ratio share of coordinates removed, in [0, 1)
  /// @param kept coordinates left
  /// @param auroc with a bootstrap band over problems
  /// @param randomLow 2.5 percentile of the same with random coordinates kept; NaN where not computed
  /// @param randomHigh 97.5 percentile
  public record PruningPoint(double ratio, int kept, Estimate auroc, double randomLow, double randomHigh) {}

  /// The L1-logistic path and the point chosen on it.
  ///
  /// @param lambda the penalty chosen on validation problems, per sample, on standardised coordinates
  /// @param nonZero coordinates with a non-zero coefficient there
  public record PathSummary(double lambda, int nonZero, List<PathPoint> points) {}

  /// One λ of the path.
  public record PathPoint(double lambda, int nonZero, double validationAuroc) {}

  /// One neuron in the ranking.
  ///
  /// @param scores ranking name → this neuron's score (higher is more important)
  /// @param ranks ranking name → its place there, from 1; empty in results written before places were kept
  public record RankedNeuron(int rank, int coordinate, Map<String, Double> scores, Map<String, Integer> ranks) {
    public RankedNeuron(int rank, int coordinate, Map<String, Double> scores,
        @JacksonInject(value = RecordJson.EMPTY_MAP, useInput = OptBoolean.TRUE) Map<String, Integer> ranks) {
      this.rank = rank;
      this.coordinate = coordinate;
      this.scores = scores;
      this.ranks = ranks;
    }
  }

  /// How far two rankings agree.
  ///
  /// @param spearman rank correlation of the two rankings' scores over all coordinates
  /// @param iou intersection over union of their top k
  public record Agreement(String first, String second, double spearman, int k, double iou) {}
}
