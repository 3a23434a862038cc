package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;

/// The tensors fed to one run, closed together.
public final class RunInputs implements AutoCloseable {
  private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();

  /// The layout of a run: `position_ids`, `row_at`, `place_of` and lengths.
  static RunInputs layout(Packing packing) {
    return new RunInputs().layout(packing.positions(), packing.rowAt(), packing.placeOf(), packing.lastPositions());
  }

  /// The layout and `input_ids`.
  static RunInputs tokens(Packing packing) {
    return layout(packing).put("input_ids", GraphSession.tensor(packing.tokens(), packing.rows()));
  }

  /// One further token of each sequence, one row per sequence.
  ///
  /// @param positions of that token in its sequence: (batch)
  static RunInputs step(long[] tokens, int[] positions) {
    int batch = tokens.length;
    int[] rows = IntStream.range(0, batch).toArray();
    return new RunInputs().layout(Arrays.stream(positions).asLongStream().toArray(), rows, rows, positions)
        .put("input_ids", GraphSession.tensor(tokens, batch));
  }

  private RunInputs layout(long[] positionOfRow, int[] rowAt, int[] placeOf, int[] lastPositions) {
    int batch = lastPositions.length;
    int places = rowAt.length / batch;
    int longest = Arrays.stream(lastPositions).max().orElseThrow() + 1;
    return put("position_ids", GraphSession.tensor(positionOfRow, positionOfRow.length))
        .put("row_at", GraphSession.tensor(rowAt, batch, places))
        .put("place_of", GraphSession.tensor(placeOf, placeOf.length))
        .put("seqlens_k", GraphSession.tensor(lastPositions, batch)).put("total_sequence_length",
            GraphSession.tensor(new int[]{Math.max(longest, places)})); // equal to places: nothing came before
  }

  /// Adds a tensor; one of the same name is closed.
  public RunInputs put(String name, OnnxTensor tensor) {
    OnnxTensor replaced = tensors.put(name, tensor);
    if (replaced != null) {
      replaced.close();
    }
    return this;
  }

  /// The five vectors of a gate and its mask over rows.
  RunInputs gate(HookPoint hook, Gate gate, boolean[] mask) {
    return gate("", hook, gate, mask, mask.length, 1);
  }

  /// The five vectors of a gate and its mask.
  ///
  /// @param prefix of the names in a graph that was continued
  /// @param maskShape broadcast against the gated value
  public RunInputs gate(String prefix, HookPoint hook, Gate gate, boolean[] mask, long... maskShape) {
    String name = prefix + "gate." + hook;
    int d = gate.width();
    put(name + ".gain", GraphSession.tensor(FloatBuffer.wrap(gate.gain()), d));
    put(name + ".threshold", GraphSession.tensor(FloatBuffer.wrap(gate.threshold()), d));
    put(name + ".sharpness", GraphSession.tensor(FloatBuffer.wrap(gate.sharpness()), d));
    put(name + ".shift", GraphSession.tensor(FloatBuffer.wrap(gate.shift()), d));
    put(name + ".hard", GraphSession.tensor(new boolean[]{gate.hard()}));
    return put(name + ".mask", GraphSession.tensor(mask, maskShape));
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
