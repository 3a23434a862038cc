package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.striatum.hooks.engine.GatedRows;
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

  /// The vectors of a gate, and where its rows are: a run's rows in their sequences.
  RunInputs gate(HookPoint hook, Gate gate, GatedRows rows) {
    return gate("", hook, gate, rows, rows.mask().length, 1);
  }

  /// The vectors of a gate, and where its rows are.
  ///
  /// @param prefix of the names in a graph that was continued
  /// @param maskShape broadcast against the gated value
  public RunInputs gate(String prefix, HookPoint hook, Gate gate, GatedRows rows, long... maskShape) {
    String name = prefix + "gate." + hook;
    int d = gate.width();
    put(name + ".gain", GraphSession.tensor(FloatBuffer.wrap(gate.gain()), d));
    put(name + ".threshold", GraphSession.tensor(FloatBuffer.wrap(gate.threshold()), d));
    put(name + ".sharpness", GraphSession.tensor(FloatBuffer.wrap(gate.sharpness()), d));
    put(name + ".shift", GraphSession.tensor(FloatBuffer.wrap(gate.added().over(rows.positions())),
        shiftShape(gate, maskShape)));
    put(name + ".hard", GraphSession.tensor(new boolean[]{gate.hard()}));
    boolean directed = !gate.direction().isNone();
    float[] none = new float[directed ? 0 : d];
    put(name + ".read", GraphSession.tensor(FloatBuffer.wrap(directed ? gate.direction().read() : none), d));
    put(name + ".write", GraphSession.tensor(FloatBuffer.wrap(directed ? gate.direction().write() : none), d));
    return put(name + ".mask", GraphSession.tensor(rows.mask(), maskShape));
  }

  /// As many rows as the mask has, or one for all.
  private static long[] shiftShape(Gate gate, long... maskShape) {
    long[] shape = maskShape.clone();
    if (!gate.added().isByPosition()) {
      Arrays.fill(shape, 1);
    }
    shape[shape.length - 1] = gate.width();
    return shape;
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
