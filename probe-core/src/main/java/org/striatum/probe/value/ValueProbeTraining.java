package org.striatum.probe.value;

import java.util.function.UnaryOperator;
import org.striatum.probe.run.Printed;

/// How a [ValueProbe] is trained.
///
/// @param target what V is pulled towards
/// @param hidden hidden units
/// @param returns how reward is discounted
/// @param standardised whether inputs are z-scored with the training states' moments, or taken raw as in the paper
public record ValueProbeTraining(Target target, int hidden, Optimiser optimiser, Stopping stopping, Returns returns,
    boolean standardised) {
  /// The paper's recipe (arXiv 2602.00986, §3.1 and appendix). It leaves the number of passes open: 40 at most here, fewer where
  /// the validation error no longer falls. Coordinates are not ranked by these weights but by others, with a larger rate and
  /// more decay, trained until the best ones stay the same: on planted models these rank what is planted first, the paper's
  /// do not (docs/planted-truth.md). They predict a little worse, which is why they do not predict.
  public static final ValueProbeTraining PAPER = new ValueProbeTraining(Target.TD, 1024, new Optimiser(1e-4, 0.01, 4),
      new Stopping(40, 5, new Sorting(40, 80, 10, 0.9, 0.05, new Optimiser(1e-3, 0.3, 4))), Returns.of(1 - 1e-5),
      true);

  /// What V(sₜ) is pulled towards.
  public enum Target implements Printed {
    /// γV(sₜ₊₁), held fixed while V(sₜ) moves (semi-gradient TD(0)); the reward r at the last state.
    TD("td"),
    /// The return itself, γ^(T − t) r, at every state.
    MONTE_CARLO("monte-carlo"),
    /// The λ-return Gₜ = γ((1 − λ)V(sₜ₊₁) + λGₜ₊₁), held fixed; r at the last state. (Sutton and Barto 2018, §12.1.)
    TD_LAMBDA("td-lambda"),
    /// γV(sₜ₊₁), moving too: the gradient runs through both sides (Baird 1995). Where transitions are random its minimum is
    /// not V.
    RESIDUAL("residual"),
    /// r, at the last state only: what the earlier states read is what carries over.
    TERMINAL_ONLY("terminal-only");

    private final String printed;

    Target(String printed) {
      this.printed = printed;
    }

    @Override
    public String printed() {
      return printed;
    }

    /// As it is printed.
    @Override
    public String toString() {
      return printed();
    }

    /// The target printed so.
    ///
    /// @throws IllegalArgumentException on any other name
    public static Target named(String printed) {
      return Printed.named(Target.class, "a value probe's target", printed);
    }
  }

  /// AdamW (β₁ 0.9, β₂ 0.999, ε 1e-8).
  ///
  /// @param weightDecay decoupled from the gradient
  /// @param batchTrajectories whole trajectories a step
  public record Optimiser(double learningRate, double weightDecay, int batchTrajectories) {
    public Optimiser {
      if (!(learningRate > 0 && Double.isFinite(learningRate))) {
        throw new IllegalArgumentException("a learning rate must be > 0, found " + learningRate);
      }
      if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
        throw new IllegalArgumentException("a weight decay must be ≥ 0, found " + weightDecay);
      }
      if (batchTrajectories < 1) {
        throw new IllegalArgumentException("trajectories a batch must be ≥ 1, found " + batchTrajectories);
      }
    }

    public Optimiser withLearningRate(double rate) {
      return new Optimiser(rate, weightDecay, batchTrajectories);
    }

    public Optimiser withWeightDecay(double decay) {
      return new Optimiser(learningRate, decay, batchTrajectories);
    }

    public Optimiser withBatchTrajectories(int trajectories) {
      return new Optimiser(learningRate, weightDecay, trajectories);
    }
  }

  /// When training stops: for prediction by the validation error, for ranking by a rule of its own.
  ///
  /// @param maxEpochs passes over the training trajectories, at most
  /// @param patience passes without a lower validation error after which training stops
  /// @param sorting how long weights are trained whose sizes rank coordinates
  public record Stopping(int maxEpochs, int patience, Sorting sorting) {
    /// No ranking is asked for.
    public Stopping(int maxEpochs, int patience) {
      this(maxEpochs, patience, Sorting.NONE);
    }

    public Stopping {
      if (maxEpochs < 1 || patience < 1) {
        throw new IllegalArgumentException(
            "epochs and patience must be ≥ 1, found " + maxEpochs + " and " + patience);
      }
    }

    public Stopping withMaxEpochs(int epochs) {
      return new Stopping(epochs, patience, sorting);
    }

    public Stopping withPatience(int epochs) {
      return new Stopping(maxEpochs, epochs, sorting);
    }

    public Stopping withSorting(UnaryOperator<Sorting> change) {
      return new Stopping(maxEpochs, patience, change.apply(sorting));
    }
  }

  /// How long a probe is trained whose first-layer columns rank coordinates: until the set of the best ones stays the same.
  /// Prediction is good long before the columns have left the sizes that they began with.
  ///
  /// @param least passes, at least
  /// @param most passes, at most; 0 where nothing is ranked: the predicting probe then stands for it
  /// @param apart passes between two sets that are compared
  /// @param overlap share of the best that both sets must hold, in [0, 1]
  /// @param share of all coordinates that counts as the best, in (0, 1]
  /// @param optimiser of the weights that rank. Where it is another than the predicting probe's, they are weights of their own
  public record Sorting(int least, int most, int apart, double overlap, double share, Optimiser optimiser) {
    /// No probe of its own for a ranking.
    public static final Sorting NONE = new Sorting(0, 0, 1, 1, 0.05, new Optimiser(1e-4, 0.01, 4));

    public Sorting {
      if (least < 0 || most < least || apart < 1) {
        throw new IllegalArgumentException("a ranking needs 0 ≤ least ≤ most passes, compared every 1 or more, found "
            + least + ", " + most + " and " + apart);
      }
      if (!(overlap >= 0 && overlap <= 1) || !(share > 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "an overlap must be in [0, 1] and a share in (0, 1], found " + overlap + " and " + share);
      }
    }

    /// So many passes, however the columns move.
    public static Sorting fixed(int passes, Optimiser optimiser) {
      return new Sorting(passes, passes, Math.max(1, passes / 5), 0.9, NONE.share, optimiser);
    }

    /// How many of a layer's coordinates are the best.
    int best(int width) {
      return (int) Math.max(1, Math.round(share * width));
    }

    boolean looksAt(int pass) {
      return pass % apart == 0 || pass == most;
    }

    /// @param reached the overlap after this pass; NaN where there was nothing to compare with
    boolean isMet(int pass, double reached) {
      return pass >= most || (pass >= least && reached >= overlap);
    }

    /// The same with bounds on the passes; where they are equal, that many.
    public Sorting withPasses(int atLeast, int atMost) {
      return new Sorting(atLeast, atMost, apart, overlap, share, optimiser);
    }

    public Sorting withApart(int passes) {
      return new Sorting(least, most, passes, overlap, share, optimiser);
    }

    public Sorting withOverlap(double required) {
      return new Sorting(least, most, apart, required, share, optimiser);
    }

    public Sorting withOptimiser(UnaryOperator<Optimiser> change) {
      return new Sorting(least, most, apart, overlap, share, change.apply(optimiser));
    }
  }

  /// How reward is discounted.
  ///
  /// @param gamma discount a token, in (0, 1]
  /// @param lambda of [Target#TD_LAMBDA], in [0, 1]; other targets do not look at it
  public record Returns(double gamma, double lambda) {
    /// λ where nothing else is said.
    public static final double DEFAULT_LAMBDA = 0.9;

    public Returns {
      if (!(gamma > 0 && gamma <= 1)) {
        throw new IllegalArgumentException("a discount must be in (0, 1], found " + gamma);
      }
      if (!(lambda >= 0 && lambda <= 1)) {
        throw new IllegalArgumentException("λ must be in [0, 1], found " + lambda);
      }
    }

    /// With the usual λ.
    public static Returns of(double gamma) {
      return new Returns(gamma, DEFAULT_LAMBDA);
    }

    public Returns withGamma(double discount) {
      return new Returns(discount, lambda);
    }

    public Returns withLambda(double mixing) {
      return new Returns(gamma, mixing);
    }
  }

  public ValueProbeTraining {
    if (hidden < 1) {
      throw new IllegalArgumentException("hidden units must be ≥ 1, found " + hidden);
    }
  }

  /// The same recipe with another target.
  public ValueProbeTraining withTarget(Target other) {
    return new ValueProbeTraining(other, hidden, optimiser, stopping, returns, standardised);
  }

  public ValueProbeTraining withHidden(int units) {
    return new ValueProbeTraining(target, units, optimiser, stopping, returns, standardised);
  }

  public ValueProbeTraining withOptimiser(UnaryOperator<Optimiser> change) {
    return new ValueProbeTraining(target, hidden, change.apply(optimiser), stopping, returns, standardised);
  }

  public ValueProbeTraining withStopping(UnaryOperator<Stopping> change) {
    return new ValueProbeTraining(target, hidden, optimiser, change.apply(stopping), returns, standardised);
  }

  /// The same for weights that rank and do nothing else: what predicts is not trained beside them.
  public ValueProbeTraining onlyRanking() {
    Sorting sorting = stopping.sorting();
    return sorting.most() == 0
        ? this
        : withOptimiser(_ -> sorting.optimiser()).withStopping(_ -> new Stopping(1, 1, sorting));
  }

  public ValueProbeTraining withReturns(UnaryOperator<Returns> change) {
    return new ValueProbeTraining(target, hidden, optimiser, stopping, change.apply(returns), standardised);
  }

  public ValueProbeTraining withStandardised(boolean zScored) {
    return new ValueProbeTraining(target, hidden, optimiser, stopping, returns, zScored);
  }
}
