package org.striatum.peft.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.peft.adapter.Adapter.BitFit;
import org.striatum.peft.adapter.Adapter.Bottleneck;
import org.striatum.peft.adapter.Adapter.FullFineTuning;
import org.striatum.peft.adapter.Adapter.Ia3;
import org.striatum.peft.adapter.Adapter.LoRa;
import org.striatum.peft.adapter.Adapter.LoReft;
import org.striatum.peft.adapter.Adapter.ScaleShift;
import org.striatum.peft.adapter.Adapter.TauGate;
import org.striatum.peft.adapter.Parameter.Role;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.Offline;

/// A network with an adapter, as arrays. Constants are arrays too: DJL frees the memory of a plain number
/// right after the operation, though the gradient of a product reads it again.
final class AdapterArrays implements AutoCloseable {
  private final Adapter adapter;
  private final Mlp base;
  private final NDManager manager;
  private final List<NDArray> weights = new ArrayList<>(); // (out, in) each
  private final List<NDArray> biases = new ArrayList<>(); // (out) each
  private final SequencedMap<String, NDArray> values = new LinkedHashMap<>();
  private final NDArray scale; // s of a gate, α/r of LoRA

  /// What a run gives.
  ///
  /// @param logits (rows, classes)
  /// @param signals z of each hidden layer, (rows, width)
  /// @param openness g of each gated layer, (rows, width)
  record Run(NDArray logits, List<NDArray> signals, List<NDArray> openness) {}

  /// @param values of the adapter's parameters, by name
  /// @param trainable whether they carry gradients
  AdapterArrays(Mlp base, Adapter adapter, Map<String, float[]> values, boolean trainable) {
    this.adapter = adapter;
    this.base = base;
    Offline.djl();
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    if (!(adapter instanceof FullFineTuning)) {
      for (int l = 0; l < base.layers(); l++) {
        weights.add(manager.create(base.weights().get(l), new Shape(base.widths()[l + 1], base.widths()[l])));
        biases.add(manager.create(base.biases().get(l)));
      }
    }
    for (Parameter parameter : adapter.parameters(base.widths())) {
      NDArray array = manager.create(values.get(parameter.name()),
          new Shape(Arrays.stream(parameter.shape()).asLongStream().toArray()));
      if (trainable) {
        array.setRequiresGradient(true);
      }
      this.values.put(parameter.name(), array);
    }
    this.scale = switch (adapter) {
      case TauGate gate -> manager.create((float) gate.sharpness());
      case LoRa lora -> manager.create((float) lora.scale());
      default -> null;
    };
  }

  NDManager manager() {
    return manager;
  }

  SequencedMap<String, NDArray> values() {
    return values;
  }

  /// Whether a run reads the inputs themselves, not only their product with the first weight.
  boolean readsInputs() {
    return adapter instanceof LoRa || adapter instanceof FullFineTuning;
  }

  /// z₀ … logits, layer by layer. Made inside a scope that frees what lies between.
  Run run(Examples.Batch batch) {
    List<NDArray> signals = new ArrayList<>();
    List<NDArray> openness = new ArrayList<>();
    NDArray z = product(0, batch.x(), batch.product());
    for (int l = 1; l < base.layers(); l++) {
      signals.add(z);
      z = product(l, activation(l - 1, z, openness), null);
    }
    return new Run(z, signals, openness);
  }

  /// z = Wh + b as the adapter has it.
  ///
  /// @param known hWᵀ if it is
  private NDArray product(int l, NDArray h, NDArray known) {
    if (adapter instanceof FullFineTuning) {
      return times(h, value(l, Role.WEIGHT)).add(value(l, Role.BIAS));
    }
    NDArray product = known == null ? times(h, weights.get(l)) : known;
    return switch (adapter) {
      case BitFit _ -> product.add(value(l, Role.BIAS));
      case LoRa _ -> product.add(biases.get(l))
          .add(times(times(h, value(l, Role.DOWN)), value(l, Role.UP)).mul(scale));
      default -> product.add(biases.get(l));
    };
  }

  /// h of a hidden layer as the adapter has it.
  private NDArray activation(int l, NDArray z, List<NDArray> openness) {
    NDArray h = z.getNDArrayInternal().relu();
    return switch (adapter) {
      case TauGate gate -> {
        NDArray above = gate.learnsThreshold() ? z.sub(value(l, Role.THRESHOLD)) : z;
        NDArray g = gate.isHard()
            ? above.gt(0).toType(DataType.FLOAT32, false)
            : above.mul(scale).getNDArrayInternal().sigmoid();
        openness.add(g);
        yield gate.learnsGain() ? g.mul(h).mul(value(l, Role.GAIN)) : g.mul(h);
      }
      case Ia3 _ -> h.mul(value(l, Role.SCALE));
      case ScaleShift _ -> h.mul(value(l, Role.SCALE)).add(value(l, Role.SHIFT));
      case Bottleneck _ -> h.add(times(times(h, value(l, Role.DOWN)).getNDArrayInternal().gelu(), value(l, Role.UP)));
      case LoReft _ -> {
        NDArray rotation = value(l, Role.ROTATION);
        NDArray wanted = times(h, value(l, Role.WEIGHT)).add(value(l, Role.BIAS));
        yield h.add(wanted.sub(times(h, rotation)).matMul(rotation));
      }
      default -> h;
    };
  }

  private static NDArray times(NDArray x, NDArray weight) {
    return Linear.linear(x, weight).singletonOrThrow();
  }

  private NDArray value(int layer, Role role) {
    return values.get(Parameter.name(layer, role));
  }

  @Override
  public void close() {
    manager.close();
  }
}
