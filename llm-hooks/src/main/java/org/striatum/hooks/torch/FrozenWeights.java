package org.striatum.hooks.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.LowRankPath;
import org.striatum.hooks.checkpoint.UnusableWeightException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.run.Offline;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.TensorInfo;

/// A checkpoint's weights as F32 arrays without gradient, made on first use and kept. F32 weights are read from
/// the mapped file (but for tensors over 2 GiB); F16 and BF16 weights are widened once into memory of the engine.
final class FrozenWeights implements AutoCloseable {
  static final String ENGINE = "PyTorch";
  /// Bytes of a file that one buffer can stand for.
  private static final long LARGEST_BUFFER = Integer.MAX_VALUE;
  private static final long COPIED_AT_ONCE = 1L << 20;

  private final Checkpoint checkpoint;
  private final NDManager manager;
  private final SequencedMap<String, Loaded> loaded = new LinkedHashMap<>();
  private final Map<String, LowRankArrays> paths = new LinkedHashMap<>(); // of the adapter
  private final Map<String, Integer> inputAxes = new LinkedHashMap<>();
  private final Set<String> tables = new TreeSet<>();
  private final MemorySegment.Scope mapping;
  private boolean complete;

  /// A low-rank change of a product or a table as arrays.
  ///
  /// @param down (r, in)
  /// @param up (out, r)
  /// @param scale scalar
  record LowRankArrays(NDArray down, NDArray up, NDArray scale) {}

  private record Loaded(Weight weight, NDArray array) {}

  FrozenWeights(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    Offline.djl();
    this.manager = NDManager.newBaseManager(Device.cpu(), ENGINE);
    TensorFile first = checkpoint.files().getFirst();
    this.mapping = first.data(first.tensors().firstEntry().getKey()).scope();
  }

  /// Whether every weight of the decoder has been used once.
  boolean complete() {
    return complete;
  }

  /// Says that every weight of the decoder has been used.
  void completed() {
    complete = true;
  }

  /// Where arrays of a run live; each run closes its own.
  NDManager manager() {
    return manager;
  }

  /// Refuses to go on over files that are no longer mapped: the engine would read memory that is gone.
  void requireOpen() {
    if (!mapping.isAlive() || !manager.isOpen()) {
      throw new IllegalStateException(
          checkpoint.name() + " is closed: a model runs only while it and its checkpoint are open");
    }
  }

  /// A weight in its own shape.
  NDArray get(Weight weight) {
    return loaded.computeIfAbsent(weight.key(), _ -> new Loaded(weight, load(weight))).array();
  }

  /// The matrix of a product.
  ///
  /// @param inputAxis which of its two axes meets the input
  NDArray matrix(Weight weight, int inputAxis) {
    inputAxes.put(weight.key(), inputAxis);
    return get(weight);
  }

  /// A table that rows are looked up in.
  NDArray table(Weight weight) {
    tables.add(weight.name());
    return get(weight);
  }

  /// Every weight used so far, in the order of the computation.
  SequencedMap<String, Weight> used() {
    SequencedMap<String, Weight> weights = new LinkedHashMap<>();
    loaded.forEach((name, entry) -> weights.put(name, entry.weight()));
    return Collections.unmodifiableSequencedMap(weights);
  }

  /// Those that are multiplied with, by the axis that meets the input.
  Map<String, Integer> inputAxes() {
    return Collections.unmodifiableMap(inputAxes);
  }

  /// Those that rows are looked up in. A tied head's matrix is one of them.
  Set<String> tables() {
    return Collections.unmodifiableSet(tables);
  }

  /// What the checkpoint's adapter adds to the product with a matrix.
  Optional<LowRankArrays> product(Weight weight, int inputAxis) {
    return UnusableWeightException.asked(() -> checkpoint.product(weight, inputAxis)).map(this::arrays);
  }

  /// What the checkpoint's adapter adds to the rows of a table.
  Optional<LowRankArrays> ofTable(Weight table) {
    return UnusableWeightException.asked(() -> checkpoint.table(table)).map(this::arrays);
  }

  private LowRankArrays arrays(LowRankPath path) {
    return paths.computeIfAbsent(path.down().name(), _ -> {
      TensorFile file = checkpoint.adapter().orElseThrow().file();
      NDArray scale = manager.create((float) path.scale());
      NDScope.unregister(scale);
      return new LowRankArrays(array(file, path.down()), array(file, path.up()), scale);
    });
  }

  private NDArray load(Weight weight) {
    TensorFile file = UnusableWeightException.asked(() -> checkpoint.fileOf(weight));
    long first = weight.part() == null
        ? 0
        : weight.part().index() * weight.shape().stream().reduce(1L, Math::multiplyExact);
    return array(file, file.tensor(weight.name()), first, weight.shape());
  }

  private NDArray array(TensorFile file, TensorInfo info) {
    return array(file, info, 0, info.shape());
  }

  /// @param first element of the tensor that the array begins with
  private NDArray array(TensorFile file, TensorInfo info, long first, List<Long> dimensions) {
    Shape shape = new Shape(dimensions.stream().mapToLong(Long::longValue).toArray());
    long bytes = shape.size() * Float.BYTES;
    NDArray array = info.dtype() == DType.F32 && bytes <= LARGEST_BUFFER
        ? manager.create(file.bytes().asSlice(info.offset() + first * Float.BYTES, bytes).asByteBuffer(), shape,
            DataType.FLOAT32)
        : widened(file, info.name(), first, shape);
    NDScope.unregister(array); // it outlives the run that asked for it first
    return array;
  }

  /// Writes a weight, which begins at element `first` of its tensor, into memory of the engine, a few rows at a time. (DJL cannot read BF16: it aborts the process.)
  private NDArray widened(TensorFile file, String name, long first, Shape shape) {
    if (shape.dimension() == 0) {
      float[] scalar = new float[1];
      file.floats(name, first, scalar, 0, 1);
      return manager.create(scalar[0]);
    }
    NDArray whole = manager.create(shape, DataType.FLOAT32);
    long width = shape.size() / shape.get(0);
    long rows = Math.max(1, COPIED_AT_ONCE / width);
    float[] values = new float[Math.toIntExact(Math.min(rows, shape.get(0)) * width)];
    for (long from = 0; from < shape.get(0); from += rows) {
      long to = Math.min(from + rows, shape.get(0));
      int count = (int) ((to - from) * width);
      file.floats(name, first + from * width, values, 0, count);
      try (NDArray part = whole.get(new NDIndex().addSliceDim(from, to))) {
        part.toByteBuffer(true).asFloatBuffer().put(values, 0, count); // a view of the memory of `whole`
      }
    }
    return whole;
  }

  @Override
  public void close() {
    manager.close();
  }
}
