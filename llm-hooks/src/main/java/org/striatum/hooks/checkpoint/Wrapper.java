package org.striatum.hooks.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A model of several modes (text and images) around a language model, whose configuration is its `text_config`. Only the
/// language model is opened.
final class Wrapper {
  /// What is known of wrappers: the text model, its head, the sizes that its class assumes (golden/wrappers.py).
  private static final JsonNode KNOWN = known();

  /// Keys in which a wrapper and its language model may differ: they are about files, tokens and training, or decided by
  /// the wrapper.
  private static final Set<String> OWN = Set.of("architectures", "model_type", "dtype", "torch_dtype",
      "transformers_version", "initializer_range", "bos_token_id", "eos_token_id", "pad_token_id", "use_cache",
      "tie_word_embeddings", "_name_or_path", "attention_dropout", "text_config");

  private Wrapper() {}

  private static JsonNode known() {
    try (InputStream table = Wrapper.class.getResourceAsStream("wrappers.json")) {
      return new ObjectMapper().readTree(table);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// Whether a configuration is that of a model of several modes.
  static boolean isOne(JsonNode whole) {
    return KNOWN.has(whole.path("model_type").asText());
  }

  /// The language model's configuration as one object, where `config` is a wrapper's: its own keys, those that its class
  /// assumes, and what the wrapper decides (the tied head, quantisation, tokens it alone names).
  ///
  /// @throws CheckpointException if wrapper and text disagree about a key, naming it
  static Optional<JsonNode> textModel(ModelConfig config, JsonNode whole) throws CheckpointException {
    String type = config.text("model_type", "");
    JsonNode about = KNOWN.path(type);
    if (about.isMissingNode()) {
      refuseContradiction(config, whole, whole.path("text_config"));
      return textAlone(whole);
    }
    boolean nested = config.hasPart("text_config");
    ObjectNode text = nested ? ((ObjectNode) whole.get("text_config")).deepCopy() : flat(whole);
    if (!text.hasNonNull("model_type") || !nested) {
      text.set("model_type", about.get("text"));
    }
    if (nested) {
      assume(text, about);
      refuseContradiction(config, whole, text);
    }
    for (Map.Entry<String, JsonNode> outer : whole.properties()) {
      String key = outer.getKey();
      if (!text.has(key) && (key.endsWith("_token_id") || key.equals("quantization_config"))) {
        text.set(key, outer.getValue());
      }
    }
    text.put("tie_word_embeddings", tied(config, text, about));
    return Optional.of(text);
  }

  /// Refuses a key that stands at the top and in the text's part with two values.
  private static void refuseContradiction(ModelConfig config, JsonNode whole, JsonNode text)
      throws CheckpointException {
    for (Map.Entry<String, JsonNode> outer : whole.properties()) {
      String key = outer.getKey();
      boolean contradicts = text.hasNonNull(key) && !outer.getValue().isNull()
          && !outer.getValue().equals(text.get(key)) && !OWN.contains(key);
      if (contradicts) {
        throw config.unsupported(key, "the value of 'text_config." + key + "' (" + text.get(key) + ")");
      }
    }
  }

  /// A wrapper's text model saved by itself, which leaves out what its class assumes as well.
  private static Optional<JsonNode> textAlone(JsonNode whole) {
    String type = whole.path("model_type").asText();
    for (JsonNode about : KNOWN) {
      if (type.endsWith("_text") && about.path("text").asText().equals(type)) {
        ObjectNode text = whole.deepCopy();
        assume(text, about);
        return Optional.of(text);
      }
    }
    return Optional.empty();
  }

  /// Adds the sizes that the text model's class assumes.
  private static void assume(ObjectNode text, JsonNode about) {
    for (Map.Entry<String, JsonNode> size : about.path("sizes").path(text.path("model_type").asText()).properties()) {
      if (!text.has(size.getKey())) {
        text.set(size.getKey(), size.getValue());
      }
    }
  }

  /// A configuration whose text keys stand at the top, as older files have them.
  private static ObjectNode flat(JsonNode whole) {
    ObjectNode text = whole.deepCopy();
    text.remove("vision_config");
    return text;
  }

  /// The wrapper's own flag, where it has none its class's; some wrappers also follow their text.
  private static boolean tied(ModelConfig config, JsonNode text, JsonNode about) throws CheckpointException {
    return config.flag("tie_word_embeddings", about.get("tied").asBoolean())
        || (about.get("follows").asBoolean() && text.path("tie_word_embeddings").asBoolean(false));
  }
}
