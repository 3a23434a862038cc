package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.CheckpointException;

/// What the files beside a tokenizer say of it: `tokenizer_config.json`, and the older `special_tokens_map.json` and
/// `added_tokens.json` where that one lists no added tokens, as the reference implementation reads them.
///
/// @param named special tokens by role (`bos_token`…), those of the class included; a role set to null is left out
/// @param added tokens by their id in `added_tokens_decoder` or `added_tokens.json`
/// @param addedFrom file and field of `added`
/// @param further special tokens without a role
/// @param flags how texts are cut
record TokenizerConfig(TokenizerClass type, String className, Optional<Boolean> addBos, Optional<Boolean> addEos,
    SequencedMap<String, AddedToken> named, SortedMap<Integer, AddedToken> added, String addedFrom,
    List<AddedToken> further, Flags flags) {
  static final String FILE = "tokenizer_config.json";
  private static final List<String> ROLES = List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
      "cls_token", "mask_token");

  TokenizerConfig {
    named = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(named));
    added = Collections.unmodifiableSortedMap(new TreeMap<>(added));
    further = List.copyOf(further);
  }

  /// How texts are cut into tokens.
  ///
  /// @param splitSpecial whether special tokens in a text are read as other text
  /// @param ownCode class of the checkpoint's own code, which is not run
  record Flags(Optional<Boolean> legacy, Optional<Boolean> addPrefixSpace, boolean splitSpecial,
      Optional<String> ownCode) {}

  /// Whether added tokens are listed with how they are looked for in a text.
  boolean describesAdded() {
    return addedFrom.startsWith(FILE);
  }

  /// Reads the files of `folder`, every one of which may be absent.
  ///
  /// @throws CheckpointException if one is broken
  static TokenizerConfig read(Path folder) throws CheckpointException {
    ObjectNode config = CheckpointJson.objectIfPresent(folder.resolve(FILE));
    boolean listsAdded = config.path("added_tokens_decoder").isObject();
    if (!listsAdded) {
      ObjectNode map = CheckpointJson.objectIfPresent(folder.resolve("special_tokens_map.json"));
      map.properties().forEach(entry -> config.set(entry.getKey(), entry.getValue()));
    }
    ObjectNode model = CheckpointJson.objectIfPresent(folder.resolve("config.json"));
    String className = config.path("tokenizer_class").asText(model.path("tokenizer_class").asText(""));
    TokenizerClass type = className.isEmpty()
        ? TokenizerClass.ofModelType(model.path("model_type").asText("")).orElse(TokenizerClass.OTHER)
        : TokenizerClass.named(className);
    List<AddedToken> further = further(config);
    SequencedMap<String, AddedToken> named = named(config, type);
    SortedMap<Integer, AddedToken> added = listsAdded
        ? added(folder, config)
        : addedByFile(folder.resolve("added_tokens.json"), named, further);
    return new TokenizerConfig(type, className, flag(config, "add_bos_token"), flag(config, "add_eos_token"), named,
        added, listsAdded ? FILE + ", added_tokens_decoder" : "added_tokens.json", further,
        new Flags(flag(config, "legacy"), flag(config, "add_prefix_space"),
            flag(config, "split_special_tokens").orElse(false), ownCode(config)));
  }

  /// `auto_map` has the slow class and the fast one, either of which may be null; older files have one alone.
  private static Optional<String> ownCode(ObjectNode config) {
    JsonNode named = config.path("auto_map").path("AutoTokenizer");
    return Stream.of(named, named.path(1), named.path(0)).filter(JsonNode::isTextual).map(JsonNode::textValue)
        .findFirst();
  }

  private static Optional<Boolean> flag(ObjectNode config, String key) throws CheckpointException {
    JsonNode value = config.get(key);
    if (value == null || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isBoolean()) {
      throw new CheckpointException(FILE + ": '" + key + "' must be true or false, found " + value);
    }
    return Optional.of(value.booleanValue());
  }

  private static SequencedMap<String, AddedToken> named(ObjectNode config, TokenizerClass type) {
    SequencedMap<String, AddedToken> named = new LinkedHashMap<>();
    for (String role : ROLES) {
      if (config.has(role)) {
        AddedToken.of(config.get(role), true).ifPresent(token -> named.put(role, token));
      } else if (type.defaults().containsKey(role)) {
        named.put(role, AddedToken.special(type.defaults().get(role)));
      }
    }
    for (Map.Entry<String, JsonNode> entry : config.properties()) {
      if (entry.getKey().endsWith("_token") && !ROLES.contains(entry.getKey()) && entry.getValue().isTextual()) {
        named.put(entry.getKey(), AddedToken.special(entry.getValue().textValue()));
      }
    }
    for (Map.Entry<String, JsonNode> entry : config.path("extra_special_tokens").properties()) {
      AddedToken.of(entry.getValue(), true).ifPresent(token -> named.put(entry.getKey(), token));
    }
    return named;
  }

  private static List<AddedToken> further(ObjectNode config) {
    List<AddedToken> further = new ArrayList<>();
    JsonNode extra = config.path("extra_special_tokens");
    for (JsonNode token : extra.isArray() && !extra.isEmpty() ? extra : config.path("additional_special_tokens")) {
      AddedToken.of(token, true).ifPresent(further::add);
    }
    return further;
  }

  private static SortedMap<Integer, AddedToken> added(Path folder, ObjectNode config) throws CheckpointException {
    SortedMap<Integer, AddedToken> added = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : config.get("added_tokens_decoder").properties()) {
      Optional<AddedToken> token = AddedToken.of(entry.getValue(), false);
      if (token.isEmpty() || !entry.getKey().matches("[0-9]{1,9}")) {
        throw new CheckpointException(folder.resolve(FILE) + ": 'added_tokens_decoder' must map token ids to tokens, "
            + "found '" + entry.getKey() + "'");
      }
      added.put(Integer.valueOf(entry.getKey()), token.get());
    }
    return added;
  }

  private static SortedMap<Integer, AddedToken> addedByFile(Path file, SequencedMap<String, AddedToken> named,
      List<AddedToken> further) throws CheckpointException {
    SortedMap<Integer, AddedToken> added = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : CheckpointJson.objectIfPresent(file).properties()) {
      if (!entry.getValue().canConvertToInt() || entry.getValue().intValue() < 0) {
        throw new CheckpointException(file + " must map tokens to ids, found " + entry.getValue());
      }
      String content = entry.getKey();
      boolean special = named.values().stream().anyMatch(token -> token.content().equals(content))
          || further.stream().anyMatch(token -> token.content().equals(content));
      added.put(entry.getValue().intValue(),
          special ? AddedToken.special(content) : AddedToken.plain(content));
    }
    return added;
  }

  /// The text of a special token.
  Optional<String> text(String role) {
    return Optional.ofNullable(named.get(role)).map(AddedToken::content);
  }

  /// Whether the files themselves name this token, rather than the class.
  boolean isDefault(String role) {
    AddedToken token = named.get(role);
    return token != null && token.content().equals(type.defaults().get(role));
  }
}
