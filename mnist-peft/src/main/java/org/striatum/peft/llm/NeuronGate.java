package org.striatum.peft.llm;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.striatum.hooks.torch.GateGradient;
import org.striatum.hooks.torch.Gradient;
import org.striatum.hooks.torch.Overlay;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.UsageException;

/// TauGate on chosen residual coordinates or MLP neurons: a threshold τ̃ in deviations about the training signals' mean, and
/// a gain γ.
///
///     g = σ(s · ((z − μ)/σ − τ̃))      y = γ · g · h
///
/// (arXiv 2602.11726. On the residual stream z = h; of an MLP neuron z is the pre-activation. z is standardised because
/// residual coordinates are signed and of unequal scale.) All positions but the first are gated; a coordinate that was not chosen has threshold −∞ and
/// gain 1 and stays as it is, bit for bit. The parameters are, hook point by hook point, its τ̃ and then its γ.
///
/// @param at hook point → what is gated there
/// @param form how gates begin and move
public record NeuronGate(SortedMap<HookPoint, Place> at, GateForm form) implements Adaptation {
  /// What is gated at one hook point, and in which units.
  ///
  /// @param coordinates distinct, ascending
  /// @param scale of all its coordinates
  public record Place(List<Integer> coordinates, StateScale scale) {
    public Place {
      coordinates = coordinates.stream().distinct().sorted().toList();
      if (coordinates.isEmpty()) {
        throw new IllegalArgumentException("a gate needs at least one coordinate, found none");
      }
      if (coordinates.getFirst() < 0 || coordinates.getLast() >= scale.width()) {
        throw new IllegalArgumentException("a gated coordinate must be in [0, " + scale.width() + "), found "
            + (coordinates.getFirst() < 0 ? coordinates.getFirst() : coordinates.getLast()));
      }
    }
  }

  public NeuronGate {
    at = Collections.unmodifiableSortedMap(new TreeMap<>(at));
    if (at.isEmpty()) {
      throw new IllegalArgumentException("a gate needs at least one hook point, found none");
    }
    for (HookPoint hook : at.keySet()) {
      requireBlock(hook);
    }
  }

  /// Refuses hook points behind the blocks: only scored positions pass there.
  ///
  /// @throws UsageException on the final norm, the logits and the embedding
  public static void requireBlock(HookPoint hook) {
    if (!hook.site().inBlock()) {
      throw new UsageException("a gate is learned inside a block, at hook points such as"
          + " blocks.3.hook_resid_post or blocks.3.mlp.hook_post, found " + hook);
    }
  }

  @Override
  public int parameters() {
    return 2 * neurons();
  }

  /// Gated coordinates of all hook points.
  public int neurons() {
    return at.values().stream().mapToInt(place -> place.coordinates.size()).sum();
  }

  @Override
  public float[] start(RandomGenerator random) {
    return each((float) form.start(), 1);
  }

  @Override
  public float[] rates(double rate) {
    return each((float) (rate * form.thresholdFactor()), (float) rate);
  }

  private float[] each(float threshold, float gain) {
    float[] values = new float[parameters()];
    int from = 0;
    for (Place place : at.values()) {
      int n = place.coordinates.size();
      Arrays.fill(values, from, from + n, threshold);
      Arrays.fill(values, from + n, from + 2 * n, gain);
      from += 2 * n;
    }
    return values;
  }

  @Override
  public Applied applied(float[] parameters) {
    return new Applied(gates(parameters, false), Overlay.none());
  }

  /// The gates that parameters stand for.
  ///
  /// @param parameters (parameters)
  /// @param hard whether g is a step, as at inference in the paper, rather than a sigmoid
  public Gates gates(float[] parameters, boolean hard) {
    SortedMap<HookPoint, Gate> gates = new TreeMap<>();
    int from = 0;
    for (Map.Entry<HookPoint, Place> entry : at.entrySet()) {
      Place place = entry.getValue();
      StateScale scale = place.scale;
      int n = place.coordinates.size();
      Gate identity = Gate.identity(scale.width());
      float[] gain = identity.gain().clone();
      float[] threshold = identity.threshold().clone();
      float[] sharpnesses = identity.sharpness().clone();
      for (int k = 0; k < n; k++) {
        int i = place.coordinates.get(k);
        threshold[i] = scale.mean()[i] + scale.deviation()[i] * parameters[from + k];
        sharpnesses[i] = (float) (form.sharpness() / scale.deviation()[i]);
        gain[i] = parameters[from + n + k];
      }
      gates.put(entry.getKey(),
          new Gate(gain, threshold, sharpnesses, identity.shift(), hard, PositionMask.ALL_BUT_FIRST));
      from += 2 * n;
    }
    return new Gates(gates);
  }

  /// ∂L/∂τ̃ = σ · ∂L/∂threshold.
  @Override
  public float[] gradient(Gradient gradient) {
    float[] slopes = new float[parameters()];
    int from = 0;
    for (Map.Entry<HookPoint, Place> entry : at.entrySet()) {
      Place place = entry.getValue();
      GateGradient of = gradient.gates().get(entry.getKey());
      int n = place.coordinates.size();
      for (int k = 0; k < n; k++) {
        int i = place.coordinates.get(k);
        slopes[from + k] = place.scale.deviation()[i] * of.threshold()[i];
        slopes[from + n + k] = of.gain()[i];
      }
      from += 2 * n;
    }
    return slopes;
  }
}
