package org.striatum.hooks.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Typed reading of a checkpoint's `config.json`. Every getter refuses a wrong value by the key's name.
///
/// It remembers what was asked of it, so that keys nobody reads can be listed. A part of the file (such as `rope_parameters`) is read by a config of its own, so that errors name the full key.
public final class ModelConfig {
  private static final long MAX_BYTES = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Infinity, as Python writes it
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).maxNameLength(4096).build()).build());

  /// Keys that change no activation: what a tokenizer, a trainer or a generation loop reads.
  private static final Set<String> HOUSEKEEPING = Set.of("architectures", "dtype", "torch_dtype",
      "transformers_version", "use_cache", "initializer_range", "bos_token_id", "eos_token_id", "pad_token_id",
      "attention_dropout", "hidden_dropout", "classifier_dropout", "resid_pdrop", "embd_pdrop", "attn_pdrop",
      "_name_or_path");

  private final String source;
  private final JsonNode root;
  private final String prefix;
  private final Optional<ModelConfig> outer; // of a wrapper's text model
  private final Set<String> asked = new HashSet<>();
  private final Map<String, ModelConfig> parts = new TreeMap<>();

  private ModelConfig(String source, JsonNode root, String prefix) {
    this(source, root, prefix, Optional.empty());
  }

  private ModelConfig(String source, JsonNode root, String prefix, Optional<ModelConfig> outer) {
    this.outer = outer;
    this.source = source;
    this.root = root;
    this.prefix = prefix;
  }

  /// Reads `file`.
  ///
  /// @throws CheckpointException if it is absent, too large or no JSON object
  public static ModelConfig read(Path file) throws CheckpointException {
    try {
      if (!Files.isRegularFile(file)) {
        throw new CheckpointException(
            "no config.json in " + file.getParent() + ": give the folder of a Hugging Face checkpoint");
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + " is larger than 16 MiB: not a model's configuration");
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (root == null || !root.isObject()) {
        throw new CheckpointException(file + " is not a JSON object: download it again");
      }
      return new ModelConfig(file.toString(), root, "");
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(
          file + " is not valid JSON" + place(broken.getLocation()) + ": download it again",
          broken);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// Empty where the reader names none: of JSON that is nested too deep.
  private static String place(JsonLocation location) {
    return location == null ? "" : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /// The configuration of the language model: a wrapper's `text_config` with what the wrapper decides, else this.
  ///
  /// @throws CheckpointException if the two contradict each other
  public ModelConfig languageModel() throws CheckpointException {
    Optional<JsonNode> text = Wrapper.textModel(this, root);
    return text.isPresent() ? new ModelConfig(source, text.get(), prefix, Optional.of(this)) : this;
  }

  /// Whether this is the language model's part in a model of several modes.
  public boolean isPartOfWrapper() {
    return outer.filter(wrapper -> Wrapper.isOne(wrapper.root)).isPresent();
  }

  /// Keys present (and not null) that no reader has asked for, as the reference implementation doesn't; housekeeping
  /// is left out. A wrapper's own keys are among them, and those of parts, by their full names.
  public List<String> unread() {
    List<String> unread = new ArrayList<>();
    outer.ifPresent(wrapper -> wrapper.unread().stream().filter(key -> !root.has(key)).forEach(unread::add));
    keys().stream().filter(key -> !asked.contains(key) && !HOUSEKEEPING.contains(key)).map(key -> prefix + key)
        .forEach(unread::add);
    parts.values().forEach(part -> unread.addAll(part.unread()));
    return unread;
  }

  /// Whether the key is there, if only as null.
  public boolean mentions(String key) {
    asked.add(key);
    return root.has(key);
  }

  /// Whether the key is there and not null.
  public boolean has(String key) {
    asked.add(key);
    return root.hasNonNull(key);
  }

  /// The keys present with a value other than null.
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    root.properties().forEach(entry -> {
      if (!entry.getValue().isNull()) {
        keys.add(entry.getKey());
      }
    });
    return keys;
  }

  /// The object under `key`, if there is one; the same one each time.
  public Optional<ModelConfig> part(String key) throws CheckpointException {
    return hasPart(key)
        ? Optional.of(parts.computeIfAbsent(key, _ -> new ModelConfig(source, root.get(key), prefix + key + ".")))
        : Optional.empty();
  }

  /// Whether there is an object under `key`; anything else there is refused.
  boolean hasPart(String key) throws CheckpointException {
    if (has(key) && !isObject(key)) {
      throw refusal(key, "must be an object", root.get(key));
    }
    return has(key);
  }

  /// Whether the value is an object.
  public boolean isObject(String key) {
    return root.path(key).isObject();
  }

  /// Whether the value is a string.
  public boolean isText(String key) {
    return has(key) && root.get(key).isTextual();
  }

  public String text(String key) throws CheckpointException {
    JsonNode value = required(key);
    if (!value.isTextual()) {
      throw refusal(key, "must be a string", value);
    }
    return value.textValue();
  }

  public String text(String key, String otherwise) throws CheckpointException {
    return has(key) ? text(key) : otherwise;
  }

  /// An integer in [1, 2²⁴], the range of every size in a configuration.
  public int size(String key) throws CheckpointException {
    JsonNode value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1 || value.intValue() > 1 << 24) {
      throw refusal(key, "must be an integer in [1, 16777216]", value);
    }
    return value.intValue();
  }

  public int size(String key, int otherwise) throws CheckpointException {
    return has(key) ? size(key) : otherwise;
  }

  /// An integer ≥ 0.
  public int count(String key, int otherwise) throws CheckpointException {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = root.get(key);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw refusal(key, "must be an integer ≥ 0", value);
    }
    return value.intValue();
  }

  /// A finite number > 0.
  public double positive(String key, double otherwise) throws CheckpointException {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = root.get(key);
    if (!value.isNumber() || !(value.doubleValue() > 0) || Double.isInfinite(value.doubleValue())) {
      throw refusal(key, "must be a number > 0", value);
    }
    return value.doubleValue();
  }

  /// A finite number ≥ 0.
  public double notNegative(String key, double otherwise) throws CheckpointException {
    return has(key) && root.get(key).isNumber() && root.get(key).doubleValue() == 0 ? 0 : positive(key, otherwise);
  }

  /// A finite number > 0 that must be there.
  public double positive(String key) throws CheckpointException {
    required(key);
    return positive(key, 0);
  }

  /// A list of finite numbers > 0.
  ///
  /// @param count how many there must be
  public double[] numbers(String key, int count) throws CheckpointException {
    JsonNode value = required(key);
    double[] numbers = new double[count];
    if (!value.isArray() || value.size() != count) {
      throw refusal(key, "must be a list of " + count + " numbers", value);
    }
    for (int i = 0; i < count; i++) {
      numbers[i] = value.get(i).doubleValue();
      if (!value.get(i).isNumber() || !(numbers[i] > 0) || Double.isInfinite(numbers[i])) {
        throw refusal(key, "must be a list of numbers > 0", value);
      }
    }
    return numbers;
  }

  /// Whether a pair of limits under `key` limits nothing: from 0 to infinity, or absent.
  public boolean unlimited(String key) {
    if (!has(key)) {
      return true;
    }
    JsonNode value = root.get(key);
    JsonNode most = value.path(1).has("__float__") ? value.path(1).get("__float__") : value.path(1);
    return value.isArray() && value.size() == 2 && value.get(0).isNumber() && value.get(0).doubleValue() == 0
        && (most.isNumber() ? most.doubleValue() == Double.POSITIVE_INFINITY : most.asText().equals("Infinity"));
  }

  public boolean flag(String key, boolean otherwise) throws CheckpointException {
    if (!has(key)) {
      return otherwise;
    }
    JsonNode value = root.get(key);
    if (!value.isBoolean()) {
      throw refusal(key, "must be true or false", value);
    }
    return value.booleanValue();
  }

  /// A list of strings, if the key is there.
  public Optional<List<String>> texts(String key) throws CheckpointException {
    if (!has(key)) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : root.get(key)) {
      if (!item.isTextual()) {
        throw refusal(key, "must be a list of strings", root.get(key));
      }
      texts.add(item.textValue());
    }
    return Optional.of(texts);
  }

  /// One text or a list of them; empty where the key is absent.
  List<String> textOrTexts(String key) throws CheckpointException {
    return isText(key) ? List.of(text(key)) : texts(key).orElse(List.of());
  }

  /// One integer or a list of them; empty where the key is absent.
  List<Integer> integers(String key) throws CheckpointException {
    List<Integer> integers = new ArrayList<>();
    if (has(key)) {
      JsonNode value = root.get(key);
      for (JsonNode item : value.isArray() ? value : List.of(value)) {
        if (!item.isIntegralNumber() || !item.canConvertToInt()) {
          throw refusal(key, "must be an integer or a list of them", value);
        }
        integers.add(item.intValue());
      }
    }
    return integers;
  }

  boolean isFlag(String key) {
    return has(key) && root.get(key).isBoolean();
  }

  /// Whether a key is absent, null, false, or an object, list or text with nothing in it.
  boolean isEmptyOrFalse(String key) {
    JsonNode value = root.path(key);
    return value.isNull() || value.isMissingNode() || (value.isBoolean() && !value.booleanValue())
        || (value.isContainerNode() && value.isEmpty()) || (value.isTextual() && value.textValue().isEmpty());
  }

  /// A list of texts written as pairs of a list and how often it is repeated: `[[["a", "b"], 2]]`.
  ///
  /// @param otherwise what is repeated where the key is absent
  /// @param count how many there are then
  public List<String> repeatedTexts(String key, List<String> otherwise, int count) throws CheckpointException {
    List<String> texts = new ArrayList<>();
    if (!has(key)) {
      for (int i = 0; i < count; i++) {
        texts.add(otherwise.get(i % otherwise.size()));
      }
      return texts;
    }
    for (JsonNode pair : root.get(key)) {
      int times = pair.path(1).asInt(-1);
      if (!pair.path(0).isArray() || times < 0 || (long) times * pair.get(0).size() + texts.size() > count) {
        throw refusal(key, "must be pairs of a list and a number, " + count + " entries in all", root.get(key));
      }
      for (int i = 0; i < times; i++) {
        pair.get(0).forEach(text -> texts.add(text.asText()));
      }
    }
    return texts;
  }

  /// A list of 0 and 1, or of true and false.
  ///
  /// @param count how many there must be
  public List<Boolean> switches(String key, int count) throws CheckpointException {
    JsonNode value = required(key);
    if (!value.isArray() || value.size() != count) {
      throw refusal(key, "must be a list of " + count + " numbers 0 or 1", value);
    }
    List<Boolean> switches = new ArrayList<>();
    for (JsonNode item : value) {
      boolean number = item.isIntegralNumber() && (item.longValue() == 0 || item.longValue() == 1);
      if (!number && !item.isBoolean()) {
        throw refusal(key, "must be a list of " + count + " numbers 0 or 1", value);
      }
      switches.add(item.asBoolean());
    }
    return switches;
  }

  /// A list of integers ≥ 0; empty where the key is absent.
  public List<Integer> counts(String key) throws CheckpointException {
    List<Integer> counts = new ArrayList<>();
    if (!has(key)) {
      return counts;
    }
    JsonNode value = root.get(key);
    for (JsonNode item : value) {
      if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
        throw refusal(key, "must be a list of integers ≥ 0", value);
      }
      counts.add(item.intValue());
    }
    if (!value.isArray()) {
      throw refusal(key, "must be a list of integers ≥ 0", value);
    }
    return counts;
  }

  /// A token id or a list of them; empty where the key is absent. −1 stands for none, in older files.
  public List<Integer> tokenIds(String key) throws CheckpointException {
    if (!has(key)) {
      return List.of();
    }
    JsonNode value = root.get(key);
    List<Integer> ids = new ArrayList<>();
    for (JsonNode item : value.isArray() ? value : List.of(value)) {
      if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < -1) {
        throw refusal(key, "must be a token id or a list of them", value);
      }
      if (item.intValue() >= 0) {
        ids.add(item.intValue());
      }
    }
    return ids;
  }

  /// What a value outside the supported ones is answered with.
  public CheckpointException unsupported(String key, String supported) {
    return refusal(key, "is supported as " + supported, root.get(key));
  }

  private JsonNode required(String key) throws CheckpointException {
    if (!has(key)) {
      throw new CheckpointException(source + " lacks '" + prefix + key + "', which is needed");
    }
    return root.get(key);
  }

  private CheckpointException refusal(String key, String rule, JsonNode found) {
    String shown = String.valueOf(found);
    return new CheckpointException(source + ": '" + prefix + key + "' " + rule + ", found "
        + (shown.length() > 80 ? shown.substring(0, 80) + "…" : shown));
  }
}
