package org.striatum.probe.adaptation;

import java.util.List;
import java.util.Optional;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Verdict;

/// What one frozen model gave when it was specialised to one mode, by gates on chosen neurons and by other means, all trained
/// for as many steps on the same problems.
///
/// @param mode problem set it was specialised to
/// @param ranked problem set whose rankings the neuron sets are cut from
/// @param protocol how
/// @param arms frozen first
/// @param comparisons reward neurons against sets matched to them
/// @param shared the neurons that a gate over all changed most, set beside the reward neurons
/// @param agreement largest relative difference between the two engines' logits under what was learned
/// @param notes what could not be done, and why
public record AdaptationResults(String mode, String ranked, Protocol protocol, List<Arm> arms,
    List<Comparison> comparisons, List<SharedNeurons> shared, double agreement, List<String> notes) {
  public AdaptationResults {
    arms = List.copyOf(arms);
    comparisons = List.copyOf(comparisons);
    shared = List.copyOf(shared);
    notes = List.copyOf(notes);
  }

  /// What an arm gave; empty where it was not run.
  public Optional<Arm> arm(AdaptationArm name) {
    return arms.stream().filter(arm -> arm.name() == name).findFirst();
  }

  /// How every arm was trained and tested.
  ///
  /// @param hooks where gates stand
  /// @param setSize coordinates of a set, as it was asked for
  /// @param steps of the optimiser
  /// @param batch training problems a step
  /// @param training problems
  /// @param validation problems that chose learning rates and the kept state
  /// @param tested held-out problems of each task
  /// @param rates learning rates tried for every arm
  /// @param thresholdFactor learning rate of thresholds in units of the gains'
  /// @param sharpness s, per deviation
  /// @param start first threshold, in deviations
  /// @param opennessPenalty λ
  /// @param seed of everything
  public record Protocol(List<HookPoint> hooks, String setSize, int steps, int batch, int training, int validation,
      int tested, List<Double> rates, double thresholdFactor, double sharpness, double start, double opennessPenalty,
      long seed) {
    public Protocol {
      hooks = List.copyOf(hooks);
      rates = List.copyOf(rates);
    }
  }

  /// One arm. Its figures are means over its runs: training seeds, or draws of a random set.
  ///
  /// @param name which
  /// @param neurons gated; 0 where none are
  /// @param parameters learned
  /// @param runs that were trained
  /// @param inMode on held-out problems of the mode
  /// @param outOfMode on all other tasks together
  /// @param tasks each other task
  /// @param hard accuracy in mode with gates hardened (g = 1 above the threshold, else 0); null where there are none
  /// @param identity mean 1 − g of the gated coordinates before learning: how far the start is from the frozen model; NaN
  ///     where nothing is gated
  /// @param gates of the run that was best on validation problems; empty where there are none
  public record Arm(AdaptationArm name, int neurons, int parameters, List<Run> runs, Outcome inMode, Outcome outOfMode,
      List<Outcome> tasks, Estimate hard, double identity, List<LearnedLayer> gates) {
    public Arm {
      runs = List.copyOf(runs);
      tasks = List.copyOf(tasks);
      gates = List.copyOf(gates);
    }
  }

  /// One training.
  ///
  /// @param draw which set, from 0
  /// @param seed of its batches
  /// @param rate learning rate, the arm's best on validation problems
  /// @param step whose state was kept
  /// @param start mean log-probability a token of validation solutions before, in nats
  /// @param validation the same at the kept state
  /// @param accuracy in mode, on test problems
  /// @param logProbability a token in mode, on test problems
  /// @param stopped why it ended early; null where it did not
  public record Run(int draw, long seed, double rate, int step, double start, double validation, double accuracy,
      double logProbability, String stopped) {}

  /// How an arm does on a task.
  ///
  /// @param accuracy of greedy completions
  /// @param logProbability of reference solutions, mean a token, in nats
  /// @param accuracyChange from the frozen model
  /// @param logProbabilityChange likewise
  public record Outcome(String task, Estimate accuracy, Estimate logProbability, Estimate accuracyChange,
      Estimate logProbabilityChange) {}

  /// Gates that were learned at one hook point.
  ///
  /// @param coordinates gated: (n), as what follows
  /// @param gain γ
  /// @param threshold τ̃, in deviations about the mean
  /// @param before mean openness g before learning, over positions of validation solutions
  /// @param after the same behind it
  public record LearnedLayer(HookPoint hook, int[] coordinates, float[] gain, float[] threshold, float[] before,
      float[] after) {
    public LearnedLayer {
      coordinates = coordinates.clone();
      gain = gain.clone();
      threshold = threshold.clone();
      before = before.clone();
      after = after.clone();
    }

    /// What a coordinate is multiplied by on average, less 1.
    ///
    /// @param k which of the gated ones
    public double change(int k) {
      return (double) gain[k] * after[k] - 1;
    }

    public NeuronId neuron(int k) {
      return new NeuronId(hook, coordinates[k]);
    }
  }

  /// Reward neurons against random sets of the same size and RMS, problem by problem.
  ///
  /// @param set [AdaptationArm#VALUE] or [AdaptationArm#DOPAMINE]
  /// @param control whose mean it is compared with
  /// @param logProbability in mode, mean a token: the set's less the controls', by problems and draws
  /// @param accuracy in mode likewise
  /// @param outOfMode log-probability on the other tasks likewise
  /// @param gained by the controls over the frozen model, in mode, in nats per token
  /// @param surpassed controls that the set's mean lies above, in mode by log-probability
  /// @param controls how many there are
  public record Comparison(AdaptationArm set, AdaptationArm control, Estimate logProbability, Estimate accuracy,
      Estimate outOfMode,
      double gained, int surpassed, int controls) {
    /// An advantage below this share of what the controls gained is no advantage.
    public static final double NEGLIGIBLE = 0.1;

    /// Whether it is a better place: YES if the interval lies above 0; NO if it lies below 0, or below a tenth of what the controls gained.
    public Verdict verdict() {
      if (logProbability.low() > 0) {
        return Verdict.YES;
      }
      return logProbability.high() < Math.max(0, NEGLIGIBLE * gained) ? Verdict.NO : Verdict.UNDECIDED;
    }
  }

  /// How many of the neurons that the gate over all changed most belong to a set; as many are taken as the set has.
  public record SharedNeurons(AdaptationArm set, Overlap overlap) {}
}
