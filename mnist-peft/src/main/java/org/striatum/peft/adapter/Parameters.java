package org.striatum.peft.adapter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
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

/// What each kind of adapter trains, and where that starts.
final class Parameters {
  private Parameters() {}

  /// The arrays an adapter trains over a network of these widths, layer by layer.
  ///
  /// @throws IllegalArgumentException if LoReFT's rank is more than a hidden width
  static List<Parameter> of(Adapter adapter, int[] widths) {
    int layers = switch (adapter.place()) {
      case NOWHERE -> 0;
      case ACTIVATION -> widths.length - 2;
      case PRODUCT -> widths.length - 1;
    };
    List<Parameter> all = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      all.addAll(ofLayer(adapter, l, widths[l], widths[l + 1]));
    }
    return List.copyOf(all);
  }

  /// Whether every rank is at most the width it divides.
  static boolean fits(Adapter adapter, int[] widths) {
    return !(adapter instanceof LoReft reft)
        || Arrays.stream(widths, 1, widths.length - 1).allMatch(width -> reft.rank() <= width);
  }

  private static List<Parameter> ofLayer(Adapter adapter, int l, int inputs, int outputs) {
    return switch (adapter) {
      case Frozen _ -> List.of();
      case TauGate gate -> ofGate(gate, l, outputs);
      case BitFit _ -> List.of(Parameter.of(l, Role.BIAS, outputs));
      case Ia3 _ -> List.of(Parameter.of(l, Role.SCALE, outputs));
      case ScaleShift _ -> List.of(Parameter.of(l, Role.SCALE, outputs), Parameter.of(l, Role.SHIFT, outputs));
      case Bottleneck bottleneck -> List.of(Parameter.of(l, Role.DOWN, bottleneck.rank(), outputs),
          Parameter.of(l, Role.UP, outputs, bottleneck.rank()));
      case LoReft reft -> ofReft(reft.rank(), l, outputs);
      case LoRa lora -> List.of(Parameter.of(l, Role.DOWN, lora.rank(), inputs),
          Parameter.of(l, Role.UP, outputs, lora.rank()));
      case FullFineTuning _ -> List.of(Parameter.of(l, Role.WEIGHT, outputs, inputs),
          Parameter.of(l, Role.BIAS, outputs));
    };
  }

  private static List<Parameter> ofGate(TauGate gate, int l, int outputs) {
    List<Parameter> parameters = new ArrayList<>();
    if (gate.learnsThreshold()) {
      parameters.add(Parameter.of(l, Role.THRESHOLD, outputs));
    }
    if (gate.learnsGain()) {
      parameters.add(Parameter.of(l, Role.GAIN, outputs));
    }
    return parameters;
  }

  private static List<Parameter> ofReft(int rank, int l, int outputs) {
    if (rank > outputs) {
      throw new IllegalArgumentException(
          "LoReFT's rank must be at most the hidden width " + outputs + ", found " + rank);
    }
    return List.of(Parameter.of(l, Role.ROTATION, rank, outputs), Parameter.of(l, Role.WEIGHT, rank, outputs),
        Parameter.of(l, Role.BIAS, rank));
  }

  /// Where training starts: each parameter's values by its name, in their order.
  static SequencedMap<String, float[]> initial(Adapter adapter, Mlp base, RandomGenerator random) {
    SequencedMap<String, float[]> values = new LinkedHashMap<>();
    for (Parameter parameter : of(adapter, base.widths())) {
      values.put(parameter.name(), adapter instanceof LoReft
          ? initialOfReft(parameter, values, random)
          : initial(parameter, base, random));
    }
    return values;
  }

  private static float[] initial(Parameter parameter, Mlp base, RandomGenerator random) {
    return switch (parameter.role()) {
      case THRESHOLD, SHIFT, UP -> new float[parameter.size()];
      case GAIN, SCALE -> ones(parameter.size());
      case DOWN -> linear(parameter, random);
      case WEIGHT -> base.weights().get(parameter.layer());
      case BIAS -> base.biases().get(parameter.layer());
      case ROTATION -> throw new IllegalArgumentException("only LoReFT trains a rotation");
    };
  }

  /// @param before those of the parameters before it
  private static float[] initialOfReft(Parameter parameter, SequencedMap<String, float[]> before,
      RandomGenerator random) {
    return switch (parameter.role()) {
      case ROTATION -> Orthonormal.rows(parameter.shape()[0], parameter.shape()[1], random);
      case WEIGHT -> before.get(Parameter.name(parameter.layer(), Role.ROTATION)).clone();
      default -> new float[parameter.size()];
    };
  }

  private static float[] ones(int size) {
    float[] values = new float[size];
    Arrays.fill(values, 1);
    return values;
  }

  /// As a linear layer starts: uniform in ±1/√(inputs), which is Kaiming-uniform with a = √5.
  private static float[] linear(Parameter parameter, RandomGenerator random) {
    float bound = (float) (1 / Math.sqrt(parameter.shape()[1]));
    float[] values = new float[parameter.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat(-bound, bound);
    }
    return values;
  }
}
