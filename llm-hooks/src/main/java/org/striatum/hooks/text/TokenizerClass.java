package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a tokenizer class of the reference implementation does by itself, by the name in `tokenizer_class`.
///
/// Source: Hugging Face transformers 4.57.6 and 5.18.0, `tokenization_*.py` of the models.
enum TokenizerClass {
  /// SentencePiece; DeepSeek and others name it for byte-level BPE.
  LLAMA("LlamaTokenizer", true, true, true),
  /// The same for code.
  CODE_LLAMA("CodeLlamaTokenizer", true, true, true),
  /// SentencePiece without a space in front.
  GEMMA("GemmaTokenizer", true, true, true),
  /// Byte-level BPE that adds BOS.
  COHERE("CohereTokenizer", true, true, false),
  /// Byte-level BPE, as GPT-2's.
  GPT_NEOX("GPTNeoXTokenizer", true, false, false),
  /// Byte-level BPE.
  GPT2("GPT2Tokenizer", false, false, false),
  /// Byte-level BPE, as GPT-2's.
  CODEGEN("CodeGenTokenizer", false, false, false),
  /// Byte-level BPE with its own cut into words.
  QWEN2("Qwen2Tokenizer", false, false, false),
  /// Every other class.
  OTHER("", false, false, false);

  private static final Map<String, TokenizerClass> OF_MODEL_TYPE = Map.ofEntries(Map.entry("gpt2", GPT2),
      Map.entry("gpt_neo", GPT2), Map.entry("gptj", GPT2), Map.entry("gpt_bigcode", GPT2), Map.entry("opt", GPT2),
      Map.entry("starcoder2", GPT2), Map.entry("phi", CODEGEN), Map.entry("codegen", CODEGEN),
      Map.entry("gpt_neox", GPT_NEOX), Map.entry("qwen2", QWEN2), Map.entry("qwen3", QWEN2),
      Map.entry("llama", LLAMA), Map.entry("mistral", LLAMA), Map.entry("gemma", GEMMA), Map.entry("gemma2", GEMMA),
      Map.entry("gemma3", GEMMA), Map.entry("gemma3_text", GEMMA), Map.entry("cohere", COHERE),
      Map.entry("cohere2", COHERE));

  private final String printed;
  private final boolean writesPostProcessor;
  private final boolean addsBos;
  private final boolean sentencePiece;

  TokenizerClass(String printed, boolean writesPostProcessor, boolean addsBos, boolean sentencePiece) {
    this.printed = printed;
    this.writesPostProcessor = writesPostProcessor;
    this.addsBos = addsBos;
    this.sentencePiece = sentencePiece;
  }

  /// The class of that name, with or without `Fast`; [#OTHER] for every other.
  static TokenizerClass named(String name) {
    String plain = name.endsWith("Fast") ? name.substring(0, name.length() - "Fast".length()) : name;
    return Arrays.stream(values()).filter(known -> known != OTHER && known.printed.equals(plain)).findFirst()
        .orElse(OTHER);
  }

  /// What the reference implementation takes for a model whose files name no class.
  static Optional<TokenizerClass> ofModelType(String modelType) {
    return Optional.ofNullable(OF_MODEL_TYPE.get(modelType.toLowerCase(Locale.ROOT)));
  }

  /// Whether `add_bos_token` and `add_eos_token` replace the post-processor of `tokenizer.json`.
  boolean writesPostProcessor() {
    return writesPostProcessor;
  }

  /// Whether BOS stands before a text where no file says anything.
  boolean addsBos() {
    return addsBos;
  }

  /// Whether its own files are a SentencePiece model in the manner of Llama.
  boolean sentencePiece() {
    return sentencePiece;
  }

  /// Whether its own files are `vocab.json` and `merges.txt` of byte-level BPE.
  boolean byteLevel() {
    return List.of(GPT2, CODEGEN, GPT_NEOX, QWEN2).contains(this);
  }

  /// Whether `add_prefix_space` of the configuration replaces what `tokenizer.json` says.
  boolean readsPrefixSpace(JsonNode tokenizerJson) {
    return byteLevel() || ((this == LLAMA || this == CODE_LLAMA) && !builtAnew(tokenizerJson));
  }

  /// Whether version 5 of the reference implementation, which builds the class without `tokenizer.json`'s normaliser and
  /// pre-tokenizer, cuts text elsewhere than that file says.
  boolean builtAnew(JsonNode tokenizerJson) {
    String type = tokenizerJson.path("pre_tokenizer").path("type").asText("");
    return sentencePiece
        ? List.of("Split", "ByteLevel", "Sequence").contains(type) && this != GEMMA
        : List.of(GPT2, CODEGEN, GPT_NEOX).contains(this) && !type.equals("ByteLevel");
  }

  /// Special tokens that it has where no file names another.
  Map<String, String> defaults() {
    String end = "<|endoftext|>";
    return switch (this) {
      case LLAMA, CODE_LLAMA -> Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>");
      case GEMMA -> Map.of("bos_token", "<bos>", "eos_token", "<eos>", "unk_token", "<unk>", "pad_token", "<pad>");
      case COHERE -> Map.of("bos_token", "<BOS_TOKEN>", "eos_token", "<|END_OF_TURN_TOKEN|>", "unk_token", "<UNK>",
          "pad_token", "<PAD>");
      case GPT_NEOX, GPT2, CODEGEN -> Map.of("bos_token", end, "eos_token", end, "unk_token", end);
      case QWEN2 -> Map.of("eos_token", end, "unk_token", end, "pad_token", end);
      case OTHER -> Map.of();
    };
  }
}
