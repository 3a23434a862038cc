package org.striatum.probe.value;

import java.util.Arrays;

/// How a [ValueProbe] is trained.
///
/// @param target what V is pulled towards
/// @param hidden hidden units
/// @param learningRate of AdamW (β₁ 0.9, β₂ 0.999, ε 1e-8)
/// @param weightDecay of AdamW, decoupled from the gradient
/// @param batchTrajectories whole trajectories a step
/// @param gamma discount a token, in (0, 1]
/// @param maxEpochs passes over the training trajectories, at most
/// @param patience passes without a lower validation error after which training stops
/// @param lambda of [Target#TD_LAMBDA], in [0, 1]; other targets do not look at it
/// @param standardised whether inputs are z-scored with the training states' moments, or taken raw as in the paper
public record ValueProbeTraining(Target target, int hidden, double learningRate, double weightDecay,
    int batchTrajectories, double gamma, int maxEpochs, int patience, double lambda, boolean standardised) {
  /// λ where nothing else is said.
  public static final double DEFAULT_LAMBDA = 0.9;

  /// The paper's recipe (arXiv 2602.00986, §3.1 and appendix). It leaves the number of passes open; ours stop early.
  public static final ValueProbeTraining PAPER = new ValueProbeTraining(Target.TD, 1024, 1e-4, 0.01, 4, 1 - 1e-5, 40,
      5);

  /// What V(sₜ) is pulled towards.
  public enum Target {
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

    public String printed() {
      return printed;
    }

    /// The target printed so.
    ///
    /// @throws IllegalArgumentException on any other name
    public static Target named(String printed) {
      return Arrays.stream(values()).filter(target -> target.printed.equals(printed)).findFirst()
          .orElseThrow(() -> new IllegalArgumentException("a value probe's target must be one of "
              + Arrays.stream(values()).map(Target::printed).toList() + ", found '" + printed + "'"));
    }
  }

  public ValueProbeTraining {
    if (hidden < 1 || batchTrajectories < 1 || maxEpochs < 1 || patience < 1) {
      throw new IllegalArgumentException("hidden units, trajectories a batch, epochs and patience must be ≥ 1, found "
          + hidden + ", " + batchTrajectories + ", " + maxEpochs + ", " + patience);
    }
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException("a learning rate must be > 0, found " + learningRate);
    }
    if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new IllegalArgumentException("a weight decay must be ≥ 0, found " + weightDecay);
    }
    if (!(gamma > 0 && gamma <= 1)) {
      throw new IllegalArgumentException("a discount must be in (0, 1], found " + gamma);
    }
    if (!(lambda >= 0 && lambda <= 1)) {
      throw new IllegalArgumentException("λ must be in [0, 1], found " + lambda);
    }
  }

  /// A recipe on z-scored inputs, with the usual λ.
  public ValueProbeTraining(Target target, int hidden, double learningRate, double weightDecay, int batchTrajectories,
      double gamma, int maxEpochs, int patience) {
    this(target, hidden, learningRate, weightDecay, batchTrajectories, gamma, maxEpochs, patience, DEFAULT_LAMBDA,
        true);
  }

  /// The same recipe with another target.
  public ValueProbeTraining with(Target other) {
    return new ValueProbeTraining(other, hidden, learningRate, weightDecay, batchTrajectories, gamma, maxEpochs,
        patience, lambda, standardised);
  }
}
