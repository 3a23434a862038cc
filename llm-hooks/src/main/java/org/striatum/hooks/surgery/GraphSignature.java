package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.TokenSequence;

/// What a graph wants to be fed, read from its own declaration.
///
/// @param needs every input that is the file's own
/// @param cache its key-value cache
record GraphSignature(List<Need> needs, Cache cache) {
  /// One input.
  ///
  /// @param shape −1 where free
  record Need(String name, InputRole role, DataType type, long[] shape) {}

  /// What is run: so many new tokens of every sequence behind so many cached ones.
  ///
  /// @param ids (batch, positions), right padded
  /// @param lengths how many of them are real, (batch)
  /// @param past cached tokens, the same for all
  record TokenStep(int[][] ids, int[] lengths, int past) {
    /// Right-padded sequences without a past.
    static TokenStep of(PaddedBatch batch) {
      int positions = batch.positions();
      return new TokenStep(
          batch.sequences().stream().map(sequence -> Arrays.copyOf(sequence.tokens(), positions)).toArray(int[][]::new),
          batch.sequences().stream().mapToInt(TokenSequence::length).toArray(), 0);
    }

    int batch() {
      return ids.length;
    }

    int positions() {
      return ids[0].length;
    }
  }

  GraphSignature {
    needs = List.copyOf(needs);
  }

  /// Reads the inputs of a graph.
  ///
  /// @param prefix of inputs that are not the file's own
  /// @throws CheckpointException naming an input that is not understood
  static GraphSignature read(GraphProto graph, Cache cache, String tokens, String prefix) throws CheckpointException {
    List<Need> needs = new ArrayList<>();
    for (ValueInfoProto input : graph.getInputList()) {
      if (input.getName().startsWith(prefix)) {
        continue;
      }
      InputRole role = input.getName().equals(tokens)
          ? InputRole.TOKENS
          : InputRole.of(input).orElseThrow(() -> new CheckpointException("the input " + printed(input)
              + " is not understood: known are token ids, attention_mask, position_ids, past_key_values and their"
              + " lengths"));
      Need need = new Need(input.getName(), role,
          DataType.forNumber(input.getType().getTensorType().getElemType()), shape(input));
      if (role == InputRole.PAST && cache.slots().stream().noneMatch(slot -> slot.past().equals(need.name()))) {
        throw new CheckpointException("the cache input " + printed(input)
            + " is not understood: looked for (batch, heads, cached tokens, width) with only batch and tokens free");
      }
      if (role == InputRole.TOKENS && (need.shape().length != 2 || need.shape()[1] > 0 || need.shape()[0] > 1)) {
        throw new CheckpointException("the input " + printed(input)
            + " has a fixed size: export it with free (dynamic) axes for batch and positions");
      }
      needs.add(need);
    }
    return new GraphSignature(needs, cache);
  }

  private static long[] shape(ValueInfoProto input) {
    return input.getType().getTensorType().getShape().getDimList().stream()
        .mapToLong(dim -> dim.hasDimValue() && dim.getDimValue() > 0 ? dim.getDimValue() : -1).toArray();
  }

  /// An input or output for people: `input_ids: INT64 (batch, seq)`.
  static String printed(ValueInfoProto value) {
    int type = value.getType().getTensorType().getElemType();
    return value.getName() + ": " + Optional.ofNullable(DataType.forNumber(type)).map(DataType::toString).orElse("?")
        + " " + value.getType().getTensorType().getShape().getDimList().stream().map(GraphSignature::printed)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String printed(Dimension size) {
    return size.hasDimValue() ? Long.toString(size.getDimValue()) : size.hasDimParam() ? size.getDimParam() : "?";
  }

  /// Whether only one sequence fits.
  boolean single() {
    return needs.stream().anyMatch(need -> need.role() == InputRole.TOKENS && need.shape()[0] == 1);
  }

  /// Adds every input of a step; of the cache only if it is empty.
  void feed(RunInputs inputs, TokenStep step) {
    for (Need need : needs) {
      if (need.role() != InputRole.PAST) {
        inputs.put(need.name(), tensor(need, step));
      } else if (step.past() == 0) {
        Cache.Slot slot = cache.slots().stream().filter(candidate -> candidate.past().equals(need.name())).findFirst()
            .orElseThrow();
        inputs.put(need.name(), GraphSession.tensor(FloatBuffer.allocate(0), slot.empty(step.batch())));
      }
    }
  }

  private static OnnxTensor tensor(Need need, TokenStep step) {
    int batch = step.batch();
    int n = step.positions();
    int past = step.past();
    return switch (need.role()) {
      case TOKENS -> integers(need, Arrays.stream(step.ids()).flatMapToInt(Arrays::stream).asLongStream().toArray(),
          batch, n);
      case ATTENTION_MASK -> {
        long[] mask = new long[batch * (past + n)];
        for (int b = 0; b < batch; b++) {
          Arrays.fill(mask, b * (past + n), b * (past + n) + past + step.lengths()[b], 1);
        }
        yield integers(need, mask, batch, past + n);
      }
      case POSITIONS -> {
        long[] positions = new long[batch * n];
        Arrays.setAll(positions, i -> past + i % n);
        yield integers(need, positions, batch, n);
      }
      case CACHE_POSITION -> {
        long[] positions = new long[n];
        Arrays.setAll(positions, i -> past + i);
        yield integers(need, positions, n);
      }
      case LAST_KEY -> {
        long[] last = new long[batch];
        Arrays.setAll(last, b -> past + step.lengths()[b] - 1);
        yield integers(need, last, need.shape().length == 2 ? new long[]{batch, 1} : new long[]{batch});
      }
      case PAST_LENGTH -> repeated(need, past, batch);
      case TOTAL_LENGTH -> repeated(need, past + n, batch);
      case LOGITS_KEPT -> repeated(need, 0, batch);
      case USE_CACHE -> GraphSession.tensor(new boolean[]{past > 0}, need.shape().length == 0
          ? new long[0]
          : new long[]{1});
      case PAST -> throw new IllegalStateException("the cache is fed elsewhere");
    };
  }

  /// One number in every place; a free axis counts sequences.
  private static OnnxTensor repeated(Need need, long value, int batch) {
    long[] shape = Arrays.stream(need.shape()).map(size -> size < 0 ? batch : size).toArray();
    long[] values = new long[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, value);
    return integers(need, values, shape);
  }

  private static OnnxTensor integers(Need need, long[] values, long... shape) {
    return switch (need.type()) {
      case INT32 -> GraphSession.tensor(Arrays.stream(values).mapToInt(value -> (int) value).toArray(), shape);
      case FLOAT -> {
        FloatBuffer floats = FloatBuffer.allocate(values.length);
        Arrays.stream(values).forEach(value -> floats.put((float) value));
        yield GraphSession.tensor(floats.flip(), shape);
      }
      case BOOL -> {
        boolean[] flags = new boolean[values.length];
        for (int i = 0; i < flags.length; i++) {
          flags[i] = values[i] != 0;
        }
        yield GraphSession.tensor(flags, shape);
      }
      default -> GraphSession.tensor(values, shape);
    };
  }
}
