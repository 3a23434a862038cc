package org.striatum.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// A byte-level BPE tokenizer in Qwen 2's layout, trained on a few ASCII texts until every word of them is one token.
///
/// @param ids by symbol, as they stand in the vocabulary
/// @param merges in their order
/// @param special tokens behind the vocabulary, which no text is cut through
record TinyBpe(Map<String, Integer> ids, List<List<String>> merges, List<String> special) {
  /// How Qwen 2 cuts a text into words.
  private static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
      + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final Pattern WORD = Pattern.compile(WORDS);
  private static final ObjectMapper JSON = new ObjectMapper();

  TinyBpe {
    ids = new LinkedHashMap<>(ids);
    merges = List.copyOf(merges);
    special = List.copyOf(special);
  }

  /// Joins the most frequent pair, the first by name among equals, until no word has two tokens.
  static TinyBpe train(List<String> texts, List<String> special) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    IntStream.range(0, 256).mapToObj(TinyBpe::symbol).forEach(symbol -> ids.put(symbol, ids.size()));
    Set<String> words = new LinkedHashSet<>();
    for (String text : texts) {
      cut(text, special).stream().filter(word -> !special.contains(word)).map(TinyBpe::symbols).forEach(words::add);
    }
    List<List<String>> cut = new ArrayList<>();
    words.forEach(word -> cut.add(new ArrayList<>(word.chars().mapToObj(Character::toString).toList())));
    List<List<String>> merges = new ArrayList<>();
    for (List<String> pair = frequent(cut); !pair.isEmpty(); pair = frequent(cut)) {
      String joined = String.join("", pair);
      for (List<String> word : cut) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.subList(i, i + 2).equals(pair)) {
            word.set(i, joined);
            word.remove(i + 1);
          }
        }
      }
      ids.putIfAbsent(joined, ids.size());
      merges.add(pair);
    }
    return new TinyBpe(ids, merges, special);
  }

  private static List<String> frequent(List<List<String>> words) {
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, List<String>> pairs = new HashMap<>();
    for (List<String> word : words) {
      for (int i = 0; i + 1 < word.size(); i++) {
        List<String> pair = List.copyOf(word.subList(i, i + 2));
        String name = String.join(" ", pair);
        pairs.put(name, pair);
        counts.merge(name, 1, Integer::sum);
      }
    }
    return counts.entrySet().stream().max(Map.Entry.<String, Integer>comparingByValue()
        .thenComparing(Map.Entry.<String, Integer>comparingByKey().reversed())).map(most -> pairs.get(most.getKey()))
        .orElse(List.of());
  }

  int size() {
    return ids.size() + special.size();
  }

  int id(String word) {
    int at = special.indexOf(word);
    Integer id = at >= 0 ? Integer.valueOf(ids.size() + at) : ids.get(symbols(word));
    if (id == null) {
      throw new IllegalArgumentException("'" + word + "' is not one token");
    }
    return id;
  }

  /// The tokens of a text whose words were trained on.
  int[] encode(String text) {
    return cut(text, special).stream().mapToInt(this::id).toArray();
  }

  private static List<String> cut(String text, List<String> special) {
    List<String> words = new ArrayList<>();
    String rest = text;
    while (!rest.isEmpty()) {
      String left = rest;
      int at = special.stream().mapToInt(left::indexOf).filter(i -> i >= 0).min().orElse(rest.length());
      Matcher matcher = WORD.matcher(rest.substring(0, at));
      while (matcher.find()) {
        words.add(matcher.group());
      }
      String behind = rest.substring(at);
      String found = special.stream().filter(behind::startsWith).findFirst().orElse("");
      if (!found.isEmpty()) {
        words.add(found);
      }
      rest = behind.substring(found.length());
    }
    return words;
  }

  private static String symbols(String ascii) {
    StringBuilder symbols = new StringBuilder();
    ascii.chars().forEach(c -> symbols.append(symbol(c)));
    return symbols.toString();
  }

  /// GPT-2's printable character for a byte.
  private static String symbol(int value) {
    if (isPrintable(value)) {
      return Character.toString(value);
    }
    return Character.toString(256 + (int) IntStream.range(0, value).filter(other -> !isPrintable(other)).count());
  }

  private static boolean isPrintable(int value) {
    return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || (value >= 0xAE && value <= 0xFF);
  }

  /// `tokenizer.json`.
  ObjectNode json() {
    ObjectNode file = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = file.putArray("added_tokens");
    special.forEach(token -> added.addObject().put("id", id(token)).put("content", token).put("single_word", false)
        .put("lstrip", false).put("rstrip", false).put("normalized", false).put("special", !isMarker(token)));
    file.putObject("normalizer").put("type", "NFC");
    ArrayNode cutters = file.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    cutters.addObject().put("type", "Split").put("behavior", "Isolated").put("invert", false).putObject("pattern")
        .put("Regex", WORDS);
    bytes(cutters.addObject());
    bytes(file.putObject("post_processor"));
    bytes(file.putObject("decoder"));
    ObjectNode model = file.putObject("model").put("type", "BPE").put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    ids.forEach(vocabulary::put);
    ArrayNode joined = model.putArray("merges");
    merges.forEach(pair -> joined.add(String.join(" ", pair)));
    return file;
  }

  private static void bytes(ObjectNode part) {
    part.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", false);
  }

  /// As in Qwen 3, markers of thinking are added tokens that decoding writes out.
  private static boolean isMarker(String token) {
    return token.endsWith("think>");
  }

  /// `tokenizer_config.json`.
  ///
  /// @param template null for none
  ObjectNode config(String endOfSequence, String template) {
    ObjectNode file = JSON.createObjectNode().put("add_bos_token", false).put("add_prefix_space", false);
    ObjectNode added = file.putObject("added_tokens_decoder");
    special.forEach(token -> added.putObject(Integer.toString(id(token))).put("content", token).put("lstrip", false)
        .put("normalized", false).put("rstrip", false).put("single_word", false).put("special", !isMarker(token)));
    file.putNull("bos_token");
    if (template != null) {
      file.put("chat_template", template);
    }
    return file.put("clean_up_tokenization_spaces", false).put("eos_token", endOfSequence).put("errors", "replace")
        .put("model_max_length", 512).put("pad_token", "<|endoftext|>").put("split_special_tokens", false)
        .put("tokenizer_class", "Qwen2Tokenizer").putNull("unk_token");
  }
}
