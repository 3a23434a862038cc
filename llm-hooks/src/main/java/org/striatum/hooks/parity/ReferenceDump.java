package org.striatum.hooks.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// What a reference implementation computed on given tokens: a safetensors file with `input_ids` and `attention_mask`
/// (batch, positions; right padded), any of `embed`, `resid_post.l`, `mlp_post.l` (or a hook point's own name),
/// `logits`, `logits_zero_ablated` and `greedy_row0`, and beside it a JSON file that says what was ablated.
///
/// Every tensor in the file is compared or counts as failed; none is skipped.
public final class ReferenceDump implements AutoCloseable {
  private static final long MAX_JSON_BYTES = 16 << 20;
  private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask");
  private static final Set<DType> FLOATS = Set.of(DType.F32, DType.F16, DType.BF16, DType.F64);
  private static final long LARGEST = Integer.MAX_VALUE - 8;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final SafetensorsFile file;
  private final JsonNode description;
  private final List<TokenSequence> sequences;
  private final int positions;

  private ReferenceDump(SafetensorsFile file, JsonNode description, List<TokenSequence> sequences, int positions) {
    this.file = file;
    this.description = description;
    this.sequences = sequences;
    this.positions = positions;
  }

  /// Opens `expected` and the `.json` file of the same name beside it, if there is one.
  ///
  /// @throws BadDataException if tokens or mask are missing or not right padded
  public static ReferenceDump open(Path expected) throws IOException {
    if (!Files.isRegularFile(expected)) {
      throw new BadDataException("no reference dump at " + expected + ": give a safetensors file");
    }
    SafetensorsFile file = SafetensorsFile.open(expected);
    try {
      if (!file.tensors().keySet().containsAll(INPUTS)) {
        throw new BadDataException(expected + " lacks input_ids or attention_mask: not a reference dump");
      }
      List<Long> shape = file.tensor("input_ids").shape();
      if (shape.size() != 2 || shape.contains(0L) || !shape.equals(file.tensor("attention_mask").shape())) {
        throw new BadDataException(
            expected + ": input_ids and attention_mask must share one shape (batch, positions), found "
                + shape + " and " + file.tensor("attention_mask").shape());
      }
      int[] ids = ints(file, "input_ids");
      int positions = Math.toIntExact(shape.get(1)); // a row of the ids, which are in an array
      return new ReferenceDump(file, description(expected), sequences(file, ids, positions), positions);
    } catch (IOException | RuntimeException refused) {
      file.close();
      throw refused;
    }
  }

  private static JsonNode description(Path expected) throws IOException {
    Path json = expected
        .resolveSibling(expected.getFileName().toString().replaceFirst("\\.safetensors$", "") + ".json");
    if (!Files.isRegularFile(json)) {
      return MissingNode.getInstance();
    }
    if (Files.size(json) > MAX_JSON_BYTES) {
      throw new BadDataException(json + " is larger than 16 MiB: not the description of a reference dump");
    }
    try {
      return new ObjectMapper().readTree(Files.readAllBytes(json));
    } catch (JsonProcessingException broken) {
      throw new BadDataException(json + " is not valid JSON", broken);
    }
  }

  private static List<TokenSequence> sequences(SafetensorsFile file, int[] ids, int positions)
      throws BadDataException {
    int[] mask = ints(file, "attention_mask");
    List<TokenSequence> sequences = new ArrayList<>();
    for (int start = 0; start < ids.length; start += positions) {
      int length = 0;
      while (length < positions && mask[start + length] == 1) {
        length++;
      }
      int row = start;
      int real = length;
      if (length == 0 || IntStream.range(length, positions).anyMatch(t -> mask[row + t] != 0)) {
        throw new BadDataException(file.path() + ": row " + start / positions
            + " of attention_mask must be ones then zeros (right padding), found another pattern after " + real);
      }
      sequences.add(TokenSequence.prompt(Arrays.copyOfRange(ids, start, start + length)));
    }
    return sequences;
  }

  /// Runs the dump's tokens through `model` and compares every tensor.
  public List<TensorParity> compare(HookedModel model) {
    return new DumpComparison(this, model.model(), Optional.of(model)).all();
  }

  /// Runs the dump's tokens through `model` and compares every tensor. Text needs a tokenizer and counts as failed.
  public List<TensorParity> compare(GatedModel model) {
    return new DumpComparison(this, model, Optional.empty()).all();
  }

  /// Names of what is compared.
  List<String> tensors() {
    return file.tensors().keySet().stream().filter(name -> !INPUTS.contains(name)).toList();
  }

  /// What the JSON file beside the dump says; missing where there is none.
  JsonNode description() {
    return description;
  }

  /// The tokens that were run, padding left out.
  List<TokenSequence> sequences() {
    return sequences;
  }

  /// Positions of a row, padding included.
  int positions() {
    return positions;
  }

  List<Long> shape(String name) {
    return file.tensor(name).shape();
  }

  /// A tensor's numbers.
  ///
  /// @throws BadDataException if it holds none, or too many for an array
  float[] floats(String name) throws BadDataException {
    TensorInfo info = file.tensor(name);
    if (!FLOATS.contains(info.dtype()) || info.elements() > LARGEST) {
      throw new BadDataException("must hold fewer than 2^31 floating-point numbers, found " + info.elements() + " of "
          + info.dtype());
    }
    return file.floats(name);
  }

  /// Token ids of a row of tokens.
  ///
  /// @throws BadDataException if it holds anything else
  int[] tokens(String name) throws BadDataException {
    return ints(file, name);
  }

  /// A tensor of numbers in [0, 2³¹).
  private static int[] ints(SafetensorsFile file, String name) throws BadDataException {
    TensorInfo info = file.tensor(name);
    if ((info.dtype() != DType.I64 && info.dtype() != DType.I32) || info.elements() > LARGEST) {
      throw new BadDataException(file.path() + ": " + name + " must hold fewer than 2^31 integers, found "
          + info.elements() + " of " + info.dtype());
    }
    MemorySegment data = file.data(name);
    int[] values = new int[Math.toIntExact(info.elements())];
    for (int i = 0; i < values.length; i++) {
      long value = info.dtype() == DType.I64
          ? data.get(LONG, (long) i * Long.BYTES)
          : data.get(INT, (long) i * Integer.BYTES);
      if (value < 0 || value > Integer.MAX_VALUE) {
        throw new BadDataException(file.path() + ": " + name + " must hold numbers in [0, 2^31), found " + value);
      }
      values[i] = (int) value;
    }
    return values;
  }

  @Override
  public void close() {
    file.close();
  }
}
