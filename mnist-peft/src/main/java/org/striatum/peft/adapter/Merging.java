package org.striatum.peft.adapter;

import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.peft.adapter.Adapter.BitFit;
import org.striatum.peft.adapter.Adapter.Bottleneck;
import org.striatum.peft.adapter.Adapter.Frozen;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.Ia3;
import org.striatum.peft.adapter.Adapter.LoRa;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.ScaleShift;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.adapter.Parameter.Role;
import org.striatum.peft.network.Mlp;

/// The network that computes the same as an adapter over another, where algebra allows it: an adapter on the products
/// changes its own layer, one on the activations the layer that reads them.
///
/// @param adapter that is merged
/// @param values of each of its parameters, by name
record Merging(Adapter adapter, SequencedMap<String, float[]> values) {
  /// Why there is no such network; empty where there is one.
  Optional<String> obstacle() {
    return switch (adapter) {
      case Bottleneck _ -> Optional
          .of("a bottleneck adapter has a non-linearity of its own and cannot be merged: keep it as an adapter");
      case TauGate gate when !gate.isHard() -> Optional
          .of("a soft gate is no linear map and cannot be merged: harden it first");
      case TauGate _ -> positiveThreshold();
      default -> Optional.empty();
    };
  }

  /// Over a rectifier a hard gate with τ ≤ 0 closes only where φ(z) is 0 anyway: only its scale remains.
  private Optional<String> positiveThreshold() {
    for (int l = 0; values.containsKey(Parameter.name(l, Role.THRESHOLD)); l++) {
      float[] threshold = value(l, Role.THRESHOLD);
      for (int i = 0; i < threshold.length; i++) {
        if (!(threshold[i] <= 0)) {
          return Optional.of("a hard gate merges where every threshold is ≤ 0, found " + threshold[i] + " at unit " + i
              + " of layer " + l + ": keep it as an adapter");
        }
      }
    }
    return Optional.empty();
  }

  /// The network over this base.
  ///
  /// @throws IllegalArgumentException where there is an [#obstacle()]
  Mlp into(Mlp base) {
    obstacle().ifPresent(why -> {
      throw new IllegalArgumentException(why);
    });
    int layers = switch (adapter.place()) {
      case NOWHERE -> 0;
      case ACTIVATION -> base.layers() - 1;
      case PRODUCT -> base.layers();
    };
    Rewriting next = new Rewriting(base);
    for (int l = 0; l < layers; l++) {
      rewrite(next, l);
    }
    return layers == 0 ? base : next.network();
  }

  private void rewrite(Rewriting next, int l) {
    switch (adapter) {
      case TauGate gate -> {
        if (gate.learnsGain()) {
          next.scaleInputs(l + 1, value(l, Role.GAIN));
        }
      }
      case Ia3 _ -> next.scaleInputs(l + 1, value(l, Role.SCALE));
      case ScaleShift _ -> {
        next.shiftInputs(l + 1, value(l, Role.SHIFT));
        next.scaleInputs(l + 1, value(l, Role.SCALE));
      }
      case LoReft _ -> next.addToInputs(l + 1, value(l, Role.ROTATION), change(l), value(l, Role.BIAS));
      case LoRa lora -> next.addProduct(l, value(l, Role.UP), value(l, Role.DOWN), lora.scale());
      case BitFit _ -> next.replaceBias(l, value(l, Role.BIAS));
      case FullFineTuning _ -> {
        next.replaceWeight(l, value(l, Role.WEIGHT));
        next.replaceBias(l, value(l, Role.BIAS));
      }
      case Frozen _,Bottleneck _ -> throw new IllegalStateException(adapter.name() + " rewrites no layer");
    }
  }

  /// W − R of LoReFT.
  private float[] change(int l) {
    float[] change = value(l, Role.WEIGHT).clone();
    float[] rotation = value(l, Role.ROTATION);
    for (int i = 0; i < change.length; i++) {
      change[i] -= rotation[i];
    }
    return change;
  }

  private float[] value(int layer, Role role) {
    return values.get(Parameter.name(layer, role));
  }
}
