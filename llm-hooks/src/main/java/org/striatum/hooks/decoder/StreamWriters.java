package org.striatum.hooks.decoder;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.tensor.TensorFile;

/// The matrices through which heads and MLP neurons write to the residual stream: attention's output projection, the MLP's
/// down projection. Found by reading the decoder's description, so that no family is named here.
public final class StreamWriters {
  private static final int READ_AT_ONCE = 1 << 20;

  private final Checkpoint checkpoint;
  private final int width;
  private final Map<HookPoint, Trace> writers;

  /// Where a value comes from.
  ///
  /// @param from the hook point that it was read at; null if it comes from none
  /// @param matrix that it was multiplied with since; null for none
  /// @param inputAxis of the matrix
  /// @param scale that it was multiplied with since
  private record Trace(HookPoint from, Weight matrix, int inputAxis, double scale) {
    static final Trace NONE = new Trace(null, null, -1, 1);

    static Trace at(HookPoint point) {
      return new Trace(point, null, -1, 1);
    }

    /// A second product behind the first leaves no single matrix.
    Trace times(Weight weight, int axis) {
      return from == null || matrix != null ? NONE : new Trace(from, weight, axis, scale);
    }

    Trace scaled(double factor) {
      return from == null ? NONE : new Trace(from, matrix, inputAxis, scale * Math.abs(factor));
    }
  }

  private StreamWriters(Checkpoint checkpoint, int width, Map<HookPoint, Trace> writers) {
    this.checkpoint = checkpoint;
    this.width = width;
    this.writers = writers;
  }

  /// Those of a checkpoint.
  ///
  /// @throws CheckpointException if its family is not described
  public static StreamWriters of(Checkpoint checkpoint) throws CheckpointException {
    Decoder decoder = Decoder.of(checkpoint);
    Map<HookPoint, Trace> found = new TreeMap<>();
    Reader reader = new Reader(found);
    for (int layer = 0; layer < decoder.shape().layers(); layer++) {
      decoder.block(reader, layer, Trace.NONE);
    }
    return new StreamWriters(checkpoint, decoder.shape().width(), found);
  }

  /// Σᵢ |W(j, i)| · sizes(i) for each coordinate j of the stream, W the matrix that `input` goes through: (d). Empty where it
  /// goes through none of its own (a mixture of experts) or an adapter changes the matrix.
  ///
  /// @param sizes of the input's coordinates, (its width)
  /// @throws CheckpointException if the matrix cannot be read
  /// @throws IllegalArgumentException if there are more or fewer sizes than the matrix has inputs
  public Optional<double[]> absolute(HookPoint input, double[] sizes) throws CheckpointException {
    Trace trace = writers.get(input);
    if (trace == null || checkpoint.product(trace.matrix(), trace.inputAxis()).isPresent()) {
      return Optional.empty();
    }
    Weight weight = trace.matrix();
    long rows = weight.shape().get(0);
    int columns = Math.toIntExact(weight.shape().get(1));
    if (sizes.length != weight.shape().get(trace.inputAxis())) {
      throw new IllegalArgumentException("'" + weight.key() + "' has " + weight.shape().get(trace.inputAxis())
          + " inputs, found " + sizes.length + " sizes");
    }
    double[] sums = new double[width];
    TensorFile file = checkpoint.fileOf(weight);
    long first = weight.part() == null ? 0 : weight.part().index() * rows * columns;
    int together = Math.clamp(READ_AT_ONCE / columns, 1, Math.toIntExact(rows));
    float[] read = new float[together * columns];
    for (int row = 0; row < rows; row += together) {
      int count = (int) Math.min(together, rows - row);
      file.floats(weight.name(), first + (long) row * columns, read, 0, count * columns);
      for (int k = 0; k < count; k++) {
        for (int c = 0; c < columns; c++) {
          double size = Math.abs(read[k * columns + c]) * trace.scale();
          if (trace.inputAxis() == 1) {
            sums[row + k] += size * sizes[c];
          } else {
            sums[c] += size * sizes[row + k];
          }
        }
      }
    }
    return Optional.of(sums);
  }

  /// Reads a block's description: values are where they come from.
  ///
  /// @param found receives the writers
  private record Reader(Map<HookPoint, Trace> found) implements Tensors<Trace> {
    @Override
    public Trace hook(HookPoint point, Trace value, Trace signal) {
      return switch (point.site()) {
        case Site.HEAD_OUT, Site.MLP_POST -> Trace.at(point);
        case Site.ATTN_OUT, Site.MLP_OUT -> {
          if (value.matrix() != null) {
            found.put(value.from(), value);
          }
          yield Trace.NONE;
        }
        default -> Trace.NONE;
      };
    }

    @Override
    public Trace linear(Trace x, Weight weight, Weight bias) {
      return x.times(weight, 1);
    }

    @Override
    public Trace conv1d(Trace x, Weight weight, Weight bias) {
      return x.times(weight, 0);
    }

    @Override
    public Trace scale(Trace x, double factor) {
      return x.scaled(factor);
    }

    @Override
    public Trace add(Trace a, Trace b) {
      return a.from() != null ? a : b;
    }

    @Override
    public Trace multiply(Trace a, Trace b) {
      return a.from() != null ? a : b;
    }

    @Override
    public Trace rmsNorm(Trace x, int groups, Weight weight, double offset, double epsilon) {
      return x;
    }

    @Override
    public Trace layerNorm(Trace x, LayerNorm norm) {
      return x;
    }

    @Override
    public Trace unitNorm(Trace x, int groups, int n, double epsilon) {
      return x;
    }

    @Override
    public Trace clip(Trace x, double least, double most) {
      return x;
    }

    @Override
    public Trace embed(Weight table) {
      return Trace.NONE;
    }

    @Override
    public Trace embedPositions(Weight table, int offset) {
      return Trace.NONE;
    }

    @Override
    public Trace parameter(Weight weight) {
      return Trace.NONE;
    }

    @Override
    public Trace exp(Trace x) {
      return Trace.NONE;
    }

    @Override
    public Trace softplus(Trace x) {
      return Trace.NONE;
    }

    @Override
    public Trace repeat(Trace x, int groups, int columns, int times) {
      return Trace.NONE;
    }

    @Override
    public Trace convolve(int layer, Trace x, Weight kernel, Weight bias) {
      return Trace.NONE;
    }

    @Override
    public Trace recur(int layer, Recurrence sizes, Flow<Trace> flow) {
      return Trace.NONE;
    }

    @Override
    public Trace growByPosition(Trace x, double beta, int context) {
      return Trace.NONE;
    }

    @Override
    public Trace softCap(Trace x, double cap) {
      return Trace.NONE;
    }

    @Override
    public Trace activate(Trace x, Activation activation) {
      return Trace.NONE;
    }

    @Override
    public Trace xielu(Trace x, Weight alphaP, Weight alphaN, Weight beta, Weight epsilon) {
      return Trace.NONE;
    }

    @Override
    public Trace columns(Trace x, int groups, int of, int from, int to) {
      return Trace.NONE;
    }

    @Override
    public Trace sideBySide(List<Trace> parts) {
      return Trace.NONE;
    }

    @Override
    public Trace rope(Trace x, int heads, int headWidth, Rope rope) {
      return Trace.NONE;
    }

    @Override
    public Trace attention(int layer, Trace queries, Trace keys, Trace values, Attention attention) {
      return Trace.NONE;
    }

    @Override
    public Trace route(Trace logits, Routing routing) {
      return Trace.NONE;
    }

    @Override
    public Trace experts(Trace x, Trace weights, int count, int chosen, Expert<Trace> expert) {
      return Trace.NONE;
    }
  }
}
