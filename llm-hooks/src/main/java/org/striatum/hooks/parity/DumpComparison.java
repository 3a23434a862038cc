package org.striatum.hooks.parity;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
import org.striatum.probe.run.Printed;

/// One model against one dump, tensor by tensor. What cannot be compared has failed, and says why.
final class DumpComparison {
  private static final Pattern SHORT_NAME = Pattern.compile("(resid_post|mlp_post)\\.(\\d{1,6})");
  private static final String GREEDY_TOKENS = "greedy_row0";
  private static final String GREEDY_TEXT = "greedy text";
  private static final String ZERO_ABLATED = "logits_zero_ablated";
  /// Tokens that a text may take beyond twice the expected ones.
  private static final int SLACK = 8;

  private final ReferenceDump dump;
  private final GatedModel model;
  private final Optional<HookedModel> text; // the same model with its tokenizer
  private final Set<HookPoint> dumped; // that can be compared
  private Recording plain; // of all of them, once one is asked for

  DumpComparison(ReferenceDump dump, GatedModel model, Optional<HookedModel> text) {
    this.dump = dump;
    this.model = model;
    this.text = text;
    this.dumped = dump.tensors().stream().filter(name -> !name.equals(GREEDY_TOKENS) && !name.equals(ZERO_ABLATED))
        .flatMap(name -> hookPoint(name).filter(hook -> mismatch(name, hook).isEmpty()).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  private interface Attempt {
    TensorParity run() throws IOException;
  }

  /// What every tensor gave, by name.
  List<TensorParity> all() {
    TreeMap<String, TensorParity> compared = new TreeMap<>();
    Optional<String> unusable = unusableTokens();
    for (String name : dump.tensors()) {
      compared.put(name, unusable.map(why -> TensorParity.failed(name, why))
          .orElseGet(() -> attempt(name, () -> compare(name))));
    }
    if (dump.description().has("greedy_of_first_prompt")) {
      compared.put(GREEDY_TEXT, attempt(GREEDY_TEXT, this::greedyText));
    }
    if (compared.isEmpty()) {
      compared.put("(nothing)", TensorParity.failed("(nothing)", "the file holds no tensor to compare"));
    }
    return List.copyOf(compared.values());
  }

  private static TensorParity attempt(String name, Attempt comparison) {
    try {
      return comparison.run();
    } catch (IOException refused) {
      return TensorParity.failed(name, refused.getMessage());
    }
  }

  /// Why the dump's tokens cannot be run, if they cannot.
  private Optional<String> unusableTokens() {
    int largest = dump.sequences().stream().flatMapToInt(one -> Arrays.stream(one.tokens())).max().orElse(0);
    int longest = dump.sequences().stream().mapToInt(TokenSequence::length).max().orElse(0);
    if (largest >= model.vocabulary()) {
      return Optional.of("the model's tokens are in [0, " + model.vocabulary() + "), the dump's go up to " + largest);
    }
    return longest > model.longest()
        ? Optional.of("the model can be run on at most " + model.longest() + " positions, the dump has " + longest)
        : Optional.empty();
  }

  private TensorParity compare(String name) throws IOException {
    return switch (name) {
      case GREEDY_TOKENS -> greedyTokens();
      case ZERO_ABLATED -> tensor(name, HookPoint.LOGITS, zeroAblation());
      default -> {
        Optional<HookPoint> hook = hookPoint(name);
        yield hook.isPresent()
            ? tensor(name, hook.get(), Gates.none())
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
    return name.equals("embed") ? Optional.of(HookPoint.EMBED) : HookPoint.find(name);
  }

  private TensorParity tensor(String name, HookPoint hook, Gates gates) throws IOException {
    Optional<String> mismatch = mismatch(name, hook);
    if (mismatch.isPresent()) {
      return TensorParity.failed(name, mismatch.get());
    }
    float[] expected = dump.floats(name);
    return gates.at().isEmpty()
        ? compared(name, expected, plain(), hook, hook.toString())
        : compared(name, expected, model.record(dump.sequences(), Set.of(hook), gates), hook, hook + ", zero-ablated");
  }

  /// Everything that is compared, of one run: a graph for each tensor would load the weights as often.
  private Recording plain() {
    if (plain == null) {
      plain = model.record(dump.sequences(), dumped, Gates.none());
    }
    return plain;
  }

  /// Why a tensor cannot be that hook point's, if it cannot.
  private Optional<String> mismatch(String name, HookPoint hook) {
    if (!model.hookPoints().contains(hook)) {
      return Optional.of("the model has no hook point " + hook);
    }
    List<Long> shape = List.of((long) dump.sequences().size(), (long) dump.positions(), (long) model.width(hook));
    return dump.shape(name).equals(shape)
        ? Optional.empty()
        : Optional.of("has shape " + dump.shape(name) + " where the model gives " + shape);
  }

  /// @param expected (sequences, positions, width), right padded
  private TensorParity compared(String name, float[] expected, Recording recording, HookPoint hook, String note) {
    int width = model.width(hook);
    float[] found = recording.at(hook);
    double worst = 0;
    double scale = 0;
    for (int b = 0; b < dump.sequences().size(); b++) {
      int there = b * dump.positions() * width;
      int here = recording.rowOf()[b] * width;
      for (int i = 0; i < dump.sequences().get(b).length() * width; i++) {
        double error = Math.abs((double) expected[there + i] - found[here + i]);
        if (Double.isNaN(error)) {
          return TensorParity.failed(name, "NaN or ∞ at row " + b + ", position " + i / width);
        }
        worst = Math.max(worst, error);
        scale = Math.max(scale, Math.abs(expected[there + i]));
      }
    }
    return new TensorParity(name, worst == 0 ? 0 : worst / scale, note);
  }

  private Gates zeroAblation() throws BadDataException {
    JsonNode ablated = dump.description().path("zero_ablated");
    if (!ablated.path("hook").isTextual() || !ablated.path("dims").isArray()) {
      throw new BadDataException("the JSON file beside the dump does not say what 'zero_ablated' was");
    }
    HookPoint hook = hookPoint(ablated.path("hook").textValue()).filter(model.hookPoints()::contains)
        .orElseThrow(() -> new BadDataException("the model has no hook point " + ablated.path("hook")));
    String positions = ablated.path("positions").asText("all");
    PositionMask where = Printed.find(PositionMask.class, positions).orElseThrow(() -> new BadDataException(
        "'zero_ablated.positions' must be one of " + Arrays.toString(PositionMask.values()) + ", found '" + positions
            + "'"));
    return Gates.of(hook, Gate.zeroing(model.width(hook), coordinates(ablated.path("dims"), model.width(hook)))
        .at(where));
  }

  private static Collection<Integer> coordinates(JsonNode dims, int width) throws BadDataException {
    List<Integer> coordinates = new ArrayList<>();
    for (JsonNode coordinate : dims) {
      if (!coordinate.canConvertToInt() || coordinate.intValue() < 0 || coordinate.intValue() >= width) {
        throw new BadDataException(
            "'zero_ablated.dims' must be coordinates in [0, " + width + "), found " + coordinate);
      }
      coordinates.add(coordinate.intValue());
    }
    return coordinates;
  }

  private TensorParity greedyTokens() throws IOException {
    int[] expected = dump.tokens(GREEDY_TOKENS);
    TokenSequence prompt = dump.sequences().getFirst();
    if (expected.length == 0) {
      return TensorParity.failed(GREEDY_TOKENS, "holds no tokens");
    }
    if (expected.length > room(prompt)) {
      return TensorParity.failed(GREEDY_TOKENS, "the model has room for " + room(prompt) + " tokens behind the first"
          + " prompt, the dump has " + expected.length);
    }
    int[] found = greedy(prompt, new Sampling(0, 1, 0, expected.length, false));
    long differing = IntStream.range(0, expected.length).filter(i -> expected[i] != found[i]).count();
    return new TensorParity(GREEDY_TOKENS, (double) differing / expected.length,
        differing == 0
            ? expected.length + " greedy tokens equal"
            : "expected " + Arrays.toString(expected) + ", found " + Arrays.toString(found));
  }

  /// Tokens that can be drawn behind a prompt: the last one is not run.
  private long room(TokenSequence prompt) {
    return (long) model.longest() - prompt.length() + 1;
  }

  private TensorParity greedyText() throws CheckpointException {
    if (text.isEmpty()) {
      return TensorParity.failed(GREEDY_TEXT, "the model comes without a tokenizer");
    }
    String expected = dump.description().path("greedy_of_first_prompt").asText();
    JsonNode prompt = dump.description().path("prompts").path(0);
    if (!prompt.isTextual()) {
      return TensorParity.failed(GREEDY_TEXT, "the JSON file names no prompt");
    }
    int[] given = text.get().tokenizer().encode(prompt.textValue());
    if (given.length == 0 || given.length > model.longest()) {
      return TensorParity.failed(GREEDY_TEXT, "the first prompt is " + given.length + " tokens, the model takes 1 to "
          + model.longest());
    }
    TokenSequence tokens = TokenSequence.prompt(given);
    long wanted = 2L * text.get().tokenizer().encodeBare(expected).length + SLACK;
    int[] drawn = greedy(tokens, Sampling.greedy((int) Math.min(wanted, room(tokens))));
    String found = text.get().tokenizer().decode(drawn);
    return new TensorParity(GREEDY_TEXT, found.equals(expected) ? 0 : 1,
        found.equals(expected) ? "equal through the tokenizer" : "expected '" + expected + "', found '" + found + "'");
  }

  private int[] greedy(TokenSequence prompt, Sampling sampling) {
    return model.generate(List.of(prompt), new long[1], sampling, Gates.none(), 1, () -> {}).getFirst().tokens();
  }
}
