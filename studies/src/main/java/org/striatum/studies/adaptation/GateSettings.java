package org.striatum.studies.adaptation;

import java.util.List;
import java.util.Set;
import org.striatum.peft.llm.AdaptationStudy;
import org.striatum.peft.llm.AdaptationTraining;
import org.striatum.peft.llm.GatedArm;
import org.striatum.peft.llm.ModeProblems;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.studies.neurons.NeuronSet;

/// What an adaptation study does.
///
/// @param mode problem set the model is specialised to
/// @param beside other tasks that are tested, by name
/// @param hooks where gates stand, as a pattern; the run must have studied them
/// @param setSize of neuron sets at each hook point: `10%`, or a number of coordinates
/// @param arms which, of [#ARMS]
/// @param counts of problems
/// @param training of every run
/// @param rates learning rates tried for each arm
/// @param thresholdFactor learning rate of thresholds in units of the gains'
/// @param sharpness of gates, per deviation
/// @param start first threshold, in deviations
/// @param rank of LoRA
/// @param draws random sets beside each set of reward neurons
/// @param seeds trainings of an arm with one set
/// @param seed of everything
public record GateSettings(String mode, List<String> beside, String hooks, String setSize, List<String> arms,
    ModeProblems.Counts counts, AdaptationTraining training, List<Double> rates, double thresholdFactor, double sharpness,
    double start, int rank, int draws, int seeds, long seed) {
  /// Reward neurons found without and with continuations, random sets beside each, the largest coordinates, all, BitFit,
  /// LoRA.
  public static final List<String> ARMS = List.of("value", "dopamine", "random", GatedArm.LARGEST,
      AdaptationResults.ALL, AdaptationStudy.BITFIT, AdaptationStudy.LORA);

  /// Multiplication, 10 % of every layer, every arm but the largest coordinates.
  public static GateSettings defaults() {
    return new GateSettings("mul", List.of("add", "mod", "expr"), "blocks.*.hook_resid_post", "10%",
        ARMS.stream().filter(arm -> !arm.equals(GatedArm.LARGEST)).toList(), new ModeProblems.Counts(512, 48, 80),
        new AdaptationTraining(40, 16, 0, 4), List.of(0.003, 0.01, 0.03, 0.1), 5, 4, -4, 2, 5, 3, 1);
  }

  public GateSettings withSeed(long other) {
    return new GateSettings(mode, beside, hooks, setSize, arms, counts, training, rates, thresholdFactor, sharpness,
        start, rank, draws, seeds, other);
  }

  public GateSettings {
    beside = List.copyOf(beside);
    arms = List.copyOf(arms);
    rates = List.copyOf(rates);
    for (String arm : arms) {
      if (!ARMS.contains(arm)) {
        throw new IllegalArgumentException("--arms must be of " + String.join(", ", ARMS) + ", found '" + arm + "'");
      }
    }
    if (arms.isEmpty() || Set.copyOf(arms).size() < arms.size()) {
      throw new IllegalArgumentException("--arms must name at least one arm, each once, found " + arms);
    }
    if (beside.contains(mode)) {
      throw new IllegalArgumentException("--beside names other tasks than the mode, found " + mode);
    }
    if (draws < 1) {
      throw new IllegalArgumentException("--draws must be ≥ 1, found " + draws);
    }
    named("value", setSize); // refuses a size that is none
    new AdaptationStudy.Settings(training, rates, thresholdFactor, sharpness, start, rank, seeds, seed, 1, 0);
  }

  /// The set of reward neurons of that kind.
  ///
  /// @param kind `value` or `dopamine`
  public NeuronSet set(String kind) {
    return named(kind, setSize);
  }

  private static NeuronSet named(String kind, String size) {
    if (!size.matches("\\d{1,7}|\\d{1,7}(\\.\\d+)?%")) {
      throw new IllegalArgumentException(
          "--set-size must be a share such as 10% or a number of coordinates, found '" + size + "'");
    }
    return NeuronSet.named(kind + "@" + (size.endsWith("%") ? size : "top" + size));
  }

  public AdaptationStudy.Settings study(int batchSize, int threads) {
    return new AdaptationStudy.Settings(training, rates, thresholdFactor, sharpness, start, rank, seeds, seed,
        batchSize, threads);
  }
}
