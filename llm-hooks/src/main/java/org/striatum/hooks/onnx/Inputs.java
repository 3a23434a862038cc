package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// The tensors fed to one run, closed together.
public final class Inputs implements AutoCloseable {
  private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

  /// `input_ids` and `position_ids` of right-padded sequences: (batch, positions).
  static Inputs tokens(List<TokenSequence> batch, int positions) {
    long[] ids = new long[batch.size() * positions];
    for (int b = 0; b < batch.size(); b++) {
      int[] tokens = batch.get(b).tokens();
      for (int t = 0; t < tokens.length; t++) {
        ids[b * positions + t] = tokens[t];
      }
    }
    return positions(batch.size(), positions).put("input_ids",
        GraphSession.tensor(ids, batch.size(), positions));
  }

  /// `position_ids` alone, counted from 0 in each sequence.
  static Inputs positions(int batch, int positions) {
    long[] counted = new long[batch * positions];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = i % positions;
    }
    return new Inputs().put("position_ids", GraphSession.tensor(counted, batch, positions));
  }

  /// Adds a tensor; one of the same name is closed.
  public Inputs put(String name, OnnxTensor tensor) {
    OnnxTensor replaced = tensors.put(name, tensor);
    if (replaced != null) {
      replaced.close();
    }
    return this;
  }

  /// The five vectors of a gate and its mask over rows.
  Inputs gate(HookPoint hook, Gate gate, boolean[] mask) {
    return gate("", hook, gate, mask, mask.length, 1);
  }

  /// The five vectors of a gate and its mask.
  ///
  /// @param prefix of the names in a graph that was continued
  /// @param maskShape broadcast against the gated value
  public Inputs gate(String prefix, HookPoint hook, Gate gate, boolean[] mask, long... maskShape) {
    String name = prefix + "gate." + hook;
    int d = gate.width();
    put(name + ".gain", GraphSession.tensor(FloatBuffer.wrap(gate.gain()), d));
    put(name + ".threshold", GraphSession.tensor(FloatBuffer.wrap(gate.threshold()), d));
    put(name + ".sharpness", GraphSession.tensor(FloatBuffer.wrap(gate.sharpness()), d));
    put(name + ".shift", GraphSession.tensor(FloatBuffer.wrap(gate.shift()), d));
    put(name + ".hard", GraphSession.tensor(new boolean[]{gate.hard()}));
    return put(name + ".mask", GraphSession.tensor(mask, maskShape));
  }

  /// Which rows of right-padded sequences a gate acts on: (batch · positions).
  public static boolean[] mask(Gate gate, List<TokenSequence> batch, int positions) {
    boolean[] mask = new boolean[batch.size() * positions];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = gate.positions().selects(i % positions, batch.get(i / positions).promptLength());
    }
    return mask;
  }

  /// The tensors by input name, still owned by this.
  public Map<String, OnnxTensor> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
    tensors.clear();
  }
}
