package org.striatum.studies.adaptation;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.run.Printed;
import org.striatum.studies.neurons.NeuronSelection;

/// The arms of an adaptation study, and the neurons of those that are gated.
///
/// @param asked at least one
/// @param hooks where gates stand, as a pattern; the run must have studied them
/// @param setSize of neuron sets at each hook point: `10%`, or a number of coordinates
/// @param draws random sets beside each set of reward neurons
public record GateArms(Set<Asked> asked, String hooks, String setSize, int draws) {
  /// What can be asked for.
  public enum Asked implements Printed {
    /// Gates on value neurons, which rollouts alone show.
    VALUE,
    /// Gates on dopamine neurons, which need continuations.
    DOPAMINE,
    /// Gates on random sets, matched to each set of reward neurons.
    RANDOM,
    /// Gates on the coordinates of largest RMS.
    LARGEST,
    /// Gates on every coordinate.
    ALL,
    /// Every bias.
    BITFIT,
    /// Low-rank changes of projections.
    LORA;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The arm of a printed name.
    ///
    /// @throws IllegalArgumentException if there is none
    @JsonCreator
    public static Asked named(String name) {
      return Printed.named(Asked.class, "an arm", name);
    }
  }

  public GateArms {
    asked = Collections.unmodifiableSet(new TreeSet<>(asked)); // one order, whatever the order asked in
    if (asked.isEmpty()) {
      throw new IllegalArgumentException("at least one arm must be asked for, found none");
    }
    if (draws < 1) {
      throw new IllegalArgumentException("at least one random set must be drawn, found " + draws);
    }
    named(AdaptationArm.VALUE, setSize); // refuses a size that is none
  }

  /// All but the largest coordinates, on a tenth of every block's residual stream, five random sets beside each.
  public static GateArms defaults() {
    return new GateArms(
        Set.of(Asked.VALUE, Asked.DOPAMINE, Asked.RANDOM, Asked.ALL, Asked.BITFIT, Asked.LORA),
        "blocks.*.hook_resid_post", "10%", 5);
  }

  /// The same with other arms.
  public GateArms withAsked(Collection<Asked> others) {
    return new GateArms(Set.copyOf(others), hooks, setSize, draws);
  }

  /// The same at other hook points.
  public GateArms withHooks(String others) {
    return new GateArms(asked, others, setSize, draws);
  }

  /// The same with larger or smaller sets.
  public GateArms withSetSize(String other) {
    return new GateArms(asked, hooks, other, draws);
  }

  /// The same with more or fewer random sets.
  public GateArms withDraws(int other) {
    return new GateArms(asked, hooks, setSize, other);
  }

  boolean has(Asked arm) {
    return asked.contains(arm);
  }

  /// The set of reward neurons of an arm.
  ///
  /// @param arm [AdaptationArm#VALUE] or [AdaptationArm#DOPAMINE]
  NeuronSelection set(AdaptationArm arm) {
    return named(arm, setSize);
  }

  /// Whether text is a size of sets.
  public static boolean isSetSize(String text) {
    return text.matches("\\d{1,7}|\\d{1,7}(\\.\\d+)?%");
  }

  private static NeuronSelection named(AdaptationArm arm, String size) {
    if (!isSetSize(size)) {
      throw new IllegalArgumentException(
          "the size of a set must be a share such as 10% or a number of coordinates, found '" + size + "'");
    }
    return NeuronSelection.named(arm + "@" + (size.endsWith("%") ? size : "top" + size));
  }
}
