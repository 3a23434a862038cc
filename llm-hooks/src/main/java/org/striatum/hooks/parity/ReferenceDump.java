package org.striatum.hooks.parity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.SafetensorsFile;

/// What a reference implementation computed on given tokens: a safetensors file with `input_ids` and `attention_mask`
/// (batch, positions; right padded), any of `embed`, `resid_post.l`, `mlp_post.l` (or a hook point's own name),
/// `logits`, `logits_zero_ablated` and `greedy_row0`, and beside it a JSON file that says what was ablated.
///
/// Every tensor in the file is compared or counts as failed; none is skipped.
public final class ReferenceDump implements AutoCloseable {
  private static final long MAX_JSON_BYTES = 16 << 20;
  private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask");
  private static final Pattern SHORT_NAME = Pattern.compile("(resid_post|mlp_post)\\.(\\d{1,6})");

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
      int positions = Math.toIntExact(shape.get(1));
      return new ReferenceDump(file, description(expected), sequences(file, positions), positions);
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

  private static List<TokenSequence> sequences(SafetensorsFile file, int positions) throws BadDataException {
    int[] ids = file.ints("input_ids");
    int[] mask = file.ints("attention_mask");
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
    return compare(model.model(), () -> greedyText(model));
  }

  /// Runs the dump's tokens through `model` and compares every tensor. Text needs a tokenizer and counts as failed.
  public List<TensorParity> compare(GatedModel model) {
    return compare(model, () -> TensorParity.failed("greedy text", "the model comes without a tokenizer"));
  }

  private List<TensorParity> compare(GatedModel model, Attempt text) {
    TreeMap<String, TensorParity> compared = new TreeMap<>();
    for (String name : file.tensors().keySet()) {
      if (!INPUTS.contains(name)) {
        compared.put(name, attempt(name, () -> compare(name, model)));
      }
    }
    if (description.has("greedy_of_first_prompt")) {
      compared.put("greedy text", attempt("greedy text", text));
    }
    if (compared.isEmpty()) {
      compared.put("(nothing)", TensorParity.failed("(nothing)", "the file holds no tensor to compare"));
    }
    return List.copyOf(compared.values());
  }

  private interface Attempt {
    TensorParity run() throws IOException;
  }

  private static TensorParity attempt(String name, Attempt comparison) {
    try {
      return comparison.run();
    } catch (IOException | IllegalArgumentException | ArithmeticException refused) {
      return TensorParity.failed(name, refused.getMessage());
    }
  }

  private TensorParity compare(String name, GatedModel model) throws IOException {
    return switch (name) {
      case "greedy_row0" -> greedyTokens(model);
      case "logits_zero_ablated" -> tensor(name, model, HookPoint.LOGITS, zeroAblation(model));
      default -> {
        Optional<HookPoint> hook = hookPoint(name);
        yield hook.isPresent()
            ? tensor(name, model, hook.get(), Gates.none())
            : TensorParity.failed(name, "no hook point is known by this name");
      }
    };
  }

  private static Optional<HookPoint> hookPoint(String name) {
    Matcher matcher = SHORT_NAME.matcher(name);
    if (matcher.matches()) {
      int layer = Integer.parseInt(matcher.group(2));
      return Optional.of(matcher.group(1).equals("resid_post") ? HookPoint.residPost(layer) : HookPoint.mlpPost(layer));
    }
    if (name.equals("embed")) {
      return Optional.of(HookPoint.EMBED);
    }
    try {
      return Optional.of(HookPoint.parse(name));
    } catch (IllegalArgumentException unknown) {
      return Optional.empty();
    }
  }

  private TensorParity tensor(String name, GatedModel model, HookPoint hook, Gates gates) {
    int width = model.width(hook);
    List<Long> shape = List.of((long) sequences.size(), (long) positions, (long) width);
    if (!file.tensor(name).shape().equals(shape)) {
      return TensorParity.failed(name, "has shape " + file.tensor(name).shape() + " where the model gives " + shape);
    }
    float[] expected = file.floats(name);
    Recording recording = model.record(sequences, Set.of(hook), gates);
    float[] found = recording.at(hook);
    double worst = 0;
    double scale = 0;
    for (int b = 0; b < sequences.size(); b++) {
      int count = sequences.get(b).length() * width;
      int there = b * positions * width;
      int here = recording.rowOf()[b] * width;
      for (int i = 0; i < count; i++) {
        double error = Math.abs((double) expected[there + i] - found[here + i]);
        if (Double.isNaN(error)) {
          return TensorParity.failed(name, "NaN or ∞ at row " + b + ", position " + i / width);
        }
        worst = Math.max(worst, error);
        scale = Math.max(scale, Math.abs(expected[there + i]));
      }
    }
    return new TensorParity(name, worst == 0 ? 0 : worst / scale,
        hook + (gates.at().isEmpty() ? "" : ", zero-ablated"));
  }

  private Gates zeroAblation(GatedModel model) throws BadDataException {
    JsonNode ablated = description.path("zero_ablated");
    if (!ablated.path("hook").isTextual() || !ablated.path("dims").isArray()) {
      throw new BadDataException("the JSON file beside the dump does not say what 'zero_ablated' was");
    }
    HookPoint hook = hookPoint(ablated.path("hook").textValue())
        .orElseThrow(() -> new BadDataException("unknown hook point " + ablated.path("hook")));
    List<Integer> coordinates = new ArrayList<>();
    for (JsonNode coordinate : ablated.path("dims")) {
      if (!coordinate.canConvertToInt()) {
        throw new BadDataException("'zero_ablated.dims' must be coordinates, found " + coordinate);
      }
      coordinates.add(coordinate.intValue());
    }
    PositionMask where = PositionMask.parse(ablated.path("positions").asText("all"));
    return Gates.of(hook, Gate.zeroing(model.width(hook), coordinates).at(where));
  }

  private TensorParity greedyTokens(GatedModel model) {
    int[] expected = file.ints("greedy_row0");
    if (expected.length == 0) {
      return TensorParity.failed("greedy_row0", "holds no tokens");
    }
    Sampling ignoringEos = new Sampling(0, 1, 0, expected.length, false);
    int[] found = greedy(model, sequences.getFirst(), ignoringEos);
    long differing = IntStream.range(0, expected.length).filter(i -> expected[i] != found[i]).count();
    return new TensorParity("greedy_row0", (double) differing / expected.length,
        differing == 0
            ? expected.length + " greedy tokens equal"
            : "expected " + Arrays.toString(expected) + ", found " + Arrays.toString(found));
  }

  private TensorParity greedyText(HookedModel model) throws CheckpointException {
    String expected = description.path("greedy_of_first_prompt").asText();
    JsonNode prompt = description.path("prompts").path(0);
    if (!prompt.isTextual()) {
      return TensorParity.failed("greedy text", "the JSON file names no prompt");
    }
    TokenSequence tokens = TokenSequence.prompt(model.tokenizer().encode(prompt.textValue()));
    int limit = 2 * model.tokenizer().encodeContinuation(expected).length + 8;
    String found = model.tokenizer().decode(greedy(model.model(), tokens, Sampling.greedy(limit)));
    return new TensorParity("greedy text", found.equals(expected) ? 0 : 1,
        found.equals(expected) ? "equal through the tokenizer" : "expected '" + expected + "', found '" + found + "'");
  }

  private static int[] greedy(GatedModel model, TokenSequence prompt, Sampling sampling) {
    return model.generate(List.of(prompt), new long[1], sampling, Gates.none(), 1, () -> {}).getFirst()
        .tokens();
  }

  @Override
  public void close() {
    file.close();
  }
}
