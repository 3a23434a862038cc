package org.striatum.studies.paper;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.Printed;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.probe.value.ValueProbeTraining.Sorting;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.value.ProbeSettings;

/// *Sparse Reward Subsystem in Large Language Models* (arXiv 2602.00986) as it is written: what its authors did, in place of
/// what we do otherwise. Our own controls are computed beside it, on the same sets.
public enum Paper implements Printed {
  /// The first version, of February 2026: dopamine neurons are those that answer to surprises.
  V1,
  /// The second version, of May 2026: dopamine neurons are those whose weights predict δ; more sets to compare with.
  V2;

  private static final int PASSES = 100;
  /// Blocks whose best 1 % the paper zeroes.
  private static final List<Integer> EARLY = List.of(2, 3, 4, 5);

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The version printed so.
  ///
  /// @throws IllegalArgumentException on any other name
  public static Paper named(String printed) {
    return Printed.named(Paper.class, "a version of the paper", printed);
  }

  /// Value probes on raw inputs, trained for a fixed number of passes; coordinates by the first layer's columns of the TD
  /// probe (§3.1, §3.2); beside it the probe that is trained on terminal states only.
  public ProbeSettings over(ProbeSettings ours) {
    return ours.withStudy(Paper::values);
  }

  private static ValueNeuronSettings values(ValueNeuronSettings ours) {
    return ours.withTraining(_ -> fixed(ValueProbeTraining.PAPER).withStandardised(false))
        .withTargets(Target.TERMINAL_ONLY).withRanking(Ranking.TD_FIRST_LAYER_L1);
  }

  /// The weights that predict are those that rank, and nothing stops before the last pass.
  private static ValueProbeTraining fixed(ValueProbeTraining ours) {
    return ours.withStopping(_ -> new Stopping(PASSES, PASSES, Sorting.fixed(PASSES, ours.optimiser())));
  }

  /// V1: V̂ from the value probe, coordinates by their contrast between unexpected successes and failures. V2: δ from
  /// continuations, |δ| > 0.3, inputs z-scored over the whole response; coordinates by the first layer's columns. (§5 of both.)
  public DopamineStepSettings over(DopamineStepSettings ours) {
    return switch (this) {
      case V1 -> ours.withValues(DopamineStep.Values.PROBE)
          .withStudy(study -> study.withRanking(DopamineRanking.SURPRISE_CONTRAST));
      case V2 -> ours.withValues(DopamineStep.Values.CONTINUATIONS).withStudy(Paper::surprise);
    };
  }

  private static DopamineSettings surprise(DopamineSettings ours) {
    return ours.withErrors(errors -> errors.withThreshold(0.3))
        .withTraining(training -> fixed(training.withOptimiser(optimiser -> optimiser.withWeightDecay(0.01))))
        .withRanking(DopamineRanking.TD_ERROR_WHOLE_RESPONSE_L1);
  }

  /// The best 1 % set to zero at every position, in each early block by generation (§4); V2 beside the best 1 % of Wanda, of a
  /// probe of the next token and of a terminal-only probe.
  public AblationSettings over(AblationSettings ours) {
    List<NeuronSelection> beside = this == V1
        ? List.of()
        : NeuronSelection.list("wanda@1%,next-token@1%,terminal-only@1%");
    return ours.withSets(NeuronSelection.list("value@1%")).withKind(AblationKind.ZERO).withPositions(PositionMask.ALL)
        .withLayers(Set.of(AblationSettings.Layers.PRIMARY))
        .withMeasures(measures -> measures.withBlocks(EARLY).withSetsBeside(beside));
  }

  /// Whether dopamine neurons are read while value neurons are set to zero (V1, §5).
  public boolean readsSurprisesUnderAblation() {
    return this == V1;
  }

  /// What of the paper is not done here, or not known from it.
  public List<String> deviations() {
    String passes = "the paper does not say how many passes its probes are trained for: " + PASSES + " where nothing else is told";
    String auroc = "an AUROC is that of the pass with the lowest validation error; rankings and masked curves are of the last pass";
    return switch (this) {
      case V1 -> List.of("value probes are those of v2, also where v1 trains or prunes otherwise", passes, auroc,
          "how v1 scores a neuron by surprises is not known: the mean z over unexpected successes less that over unexpected failures"
              + " here, where V̂ at most 0.4 before a success is a surprise and a step with |δ| > 0.3 is where it shows");
      case V2 -> List.of(
          "how its Wanda scores become a score of a coordinate is not known: the sum of |weight| × activation norm over the output and"
              + " down projections of the block here",
          "what its next-token probe predicts is not known: the log-probability of the token that followed here", passes,
          "the optimiser of its TD-error probe is not known: AdamW at our rate, with the value probe's weight decay", auroc);
    };
  }
}
