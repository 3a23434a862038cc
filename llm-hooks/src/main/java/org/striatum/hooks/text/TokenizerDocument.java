package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;

/// A checkpoint's tokenizer as one `tokenizer.json`, completed by what `tokenizer_config.json` says of it.
///
/// @param file the file that holds the vocabulary
/// @param json what the tokenizer library is given
/// @param ids one more than the largest token id
/// @param added added tokens by text
/// @param named texts of special tokens by role (`bos_token`…)
/// @param namedIds token ids of those that are tokens
/// @param stripsBeginning whether decoding takes a space from the beginning of a text
record TokenizerDocument(Path file, byte[] json, int ids, SequencedMap<String, Integer> added,
    SequencedMap<String, String> named, SequencedMap<String, Integer> namedIds, SpecialTokenPolicy policy,
    boolean stripsBeginning) {
  static final String TOKENIZER_JSON = "tokenizer.json";
  /// The library reads 127 levels.
  private static final int DEEPEST = 120;
  private static final String VOCAB = "vocab.json";
  private static final String MERGES = "merges.txt";
  private static final String SENTENCE_PIECE = "tokenizer.model";
  private static final String TEKKEN = "tekken.json";

  /// The file of `folder` that a tokenizer is made from.
  static Optional<Path> source(Path folder) {
    return Stream.of(TOKENIZER_JSON, VOCAB, SENTENCE_PIECE, TEKKEN).map(folder::resolve)
        .filter(file -> Files.isRegularFile(file)
            && (!file.endsWith(VOCAB) || Files.isRegularFile(folder.resolve(MERGES))))
        .findFirst();
  }

  /// Reads the tokenizer of `folder`.
  ///
  /// @throws CheckpointException if there is none, or if it is broken or of a kind that cannot be read
  static TokenizerDocument read(Path folder) throws CheckpointException {
    Path file = source(folder).orElseThrow(() -> new NoTokenizerException(
        "no tokenizer.json in %s%s: without one no text becomes tokens".formatted(folder, half(folder))));
    TokenizerConfig config = TokenizerConfig.read(folder);
    boolean whole = file.endsWith(TOKENIZER_JSON);
    byte[] bytes = whole ? CheckpointText.bytes(file) : new byte[0];
    ObjectNode root = whole ? CheckpointJson.object(file, bytes) : converted(folder, file, config);
    requireReadable(file, root, 0);
    Vocabulary vocabulary = new Vocabulary(root, file.toString());
    List<String> remarks = new ArrayList<>(vocabulary.remarks());
    SequencedMap<String, Integer> named = complete(vocabulary, config, remarks);
    boolean cutOtherwise = whole && cut(root, config, remarks);
    SpecialTokenPolicy policy = policy(root, whole, config, named, remarks);
    PostProcessor wanted = new PostProcessor(policy.before(), policy.after());
    boolean asWritten = wanted.equals(PostProcessor.of(root.path("post_processor")));
    if (!asWritten) {
      root.set("post_processor", wanted.json());
    }
    if (!whole || !asWritten || cutOtherwise || vocabulary.changed()) {
      root.set("added_tokens", vocabulary.entries());
      bytes = CheckpointJson.bytes(root);
    }
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    config.named().forEach((role, token) -> texts.put(role, token.content()));
    return new TokenizerDocument(file, bytes, vocabulary.ids(), vocabulary.added(), texts, named, policy,
        stripsBeginning(root.path("decoder")));
  }

  /// What the tokenizer library's own reader of JSON refuses inside of a decoder ends the whole process, so that it is refused here: numbers
  /// beyond the range of doubles, half of a surrogate pair (in a name our own reader refuses it), lists and objects that are too deep.
  private static void requireReadable(Path file, JsonNode node, int depth) throws CheckpointException {
    if (depth > DEEPEST) {
      throw new CheckpointException(file + " is nested too deep: download it again");
    }
    if (node.isNumber() && !Double.isFinite(node.doubleValue())) {
      throw new CheckpointException(file + " holds a number that is out of range: download it again");
    }
    if (node.isTextual()) {
      requireWellFormed(file, node.textValue());
    }
    for (JsonNode child : node) {
      requireReadable(file, child, depth + 1);
    }
  }

  private static void requireWellFormed(Path file, String text) throws CheckpointException {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int code = text.codePointAt(i);
      if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
        throw new CheckpointException(file + " holds half of a surrogate pair: download it again");
      }
    }
  }

  /// Which file is missing where one of two is there.
  private static String half(Path folder) {
    boolean vocab = Files.isRegularFile(folder.resolve(VOCAB));
    if (!vocab && !Files.isRegularFile(folder.resolve(MERGES))) {
      return "";
    }
    return ", and %s is missing beside %s".formatted(vocab ? MERGES : VOCAB, vocab ? VOCAB : MERGES);
  }

  private static boolean stripsBeginning(JsonNode decoder) {
    return switch (decoder.path("type").asText("")) {
      case "Sequence" -> StreamSupport.stream(decoder.path("decoders").spliterator(), false)
          .anyMatch(TokenizerDocument::stripsBeginning);
      case "Strip" -> decoder.path("start").asInt(0) > 0;
      case "Metaspace" -> !decoder.path("prepend_scheme").asText("always").equals("never");
      default -> false;
    };
  }

  private static ObjectNode converted(Path folder, Path file, TokenizerConfig config) throws CheckpointException {
    if (file.endsWith(VOCAB) && config.type().byteLevel()) {
      return ByteLevelFiles.read(file, folder.resolve(MERGES), config);
    }
    if (file.endsWith(SENTENCE_PIECE) && (config.type().sentencePiece() || config.type() == TokenizerClass.OTHER)) {
      return SentencePieceFile.read(file, config);
    }
    throw new NoTokenizerException("%s holds a tokenizer%s that is read from tokenizer.json only. This makes one: %s"
        .formatted(file, config.className().isEmpty() ? "" : " of class '" + config.className() + "'",
            remedy(folder, file.endsWith(TEKKEN))));
  }

  /// The line of Python that writes a `tokenizer.json`.
  private static String remedy(Path folder, boolean tekken) {
    return "python -c \"from transformers import %2$s as T; T.from_pretrained('%1$s').save_pretrained('%1$s')\"%3$s"
        .formatted(folder, tekken ? "PreTrainedTokenizerFast" : "AutoTokenizer",
            tekken ? " (with transformers 5 and mistral-common)" : "");
  }

  /// Adds the tokens that only the configuration names, in the order in which the reference implementation does.
  ///
  /// @return the ids of the named special tokens
  private static SequencedMap<String, Integer> complete(Vocabulary vocabulary, TokenizerConfig config,
      List<String> remarks) {
    config.added().forEach((id, token) -> {
      int given = vocabulary.add(token);
      if (config.describesAdded()) {
        vocabulary.describe(token);
      }
      if (given != id) {
        remarks.add("%s lists '%s' as %d, its id is %d".formatted(config.addedFrom(), token.content(), id, given));
      }
    });
    SequencedMap<String, Integer> named = new LinkedHashMap<>();
    config.named().forEach((role, token) -> {
      if (vocabulary.id(token.content()).isPresent() || !config.isDefault(role)) {
        named.put(role, vocabulary.add(token));
      }
    });
    config.further().forEach(vocabulary::add);
    return named;
  }

  /// Takes over what the configuration says of how texts are cut, or remarks that it is not followed.
  ///
  /// @return whether `tokenizer.json` said otherwise
  private static boolean cut(ObjectNode root, TokenizerConfig config, List<String> remarks) {
    if (config.flags().splitSpecial()) {
      remarks.add("split_special_tokens of %s is not followed: special tokens in a text are read as such"
          .formatted(TokenizerConfig.FILE));
    }
    Optional<Boolean> wanted = config.flags().addPrefixSpace();
    Optional<Boolean> written = PrefixSpace.of(root);
    if (wanted.isEmpty() || written.equals(wanted) || (written.isEmpty() && !wanted.get())) {
      return false;
    }
    if (config.type().readsPrefixSpace(root) && PrefixSpace.set(root, wanted.get())) {
      remarks.add("a text begins %s a space, as add_prefix_space of %s says; tokenizer.json says otherwise"
          .formatted(wanted.get() ? "with" : "without", TokenizerConfig.FILE));
      return true;
    }
    remarks
        .add("add_prefix_space of %s is not followed: tokenizer.json says otherwise".formatted(TokenizerConfig.FILE));
    return false;
  }

  private static SpecialTokenPolicy policy(ObjectNode root, boolean whole, TokenizerConfig config,
      SequencedMap<String, Integer> named, List<String> remarks) {
    config.flags().ownCode().ifPresent(code -> remarks.add(
        "the class '%s' that auto_map of %s names is not run: the files decide".formatted(code, TokenizerConfig.FILE)));
    PostProcessor written = PostProcessor.of(root.path("post_processor"));
    boolean says = config.addBos().isPresent() || config.addEos().isPresent();
    if (whole && !config.className().isEmpty() && config.type().builtAnew(root)) {
      remarks.add("transformers 5 builds the class '%s' anew and does not read normalizer and pre_tokenizer of %s"
          .formatted(config.className(), TOKENIZER_JSON));
    }
    if (whole && !(says && config.type().writesPostProcessor())) {
      if (config.addBos().orElse(!written.before().isEmpty()) == written.before().isEmpty()
          || config.addEos().orElse(!written.after().isEmpty()) == written.after().isEmpty()) {
        remarks
            .add("%s does not read add_bos_token and add_eos_token of %s: the post-processor of %s decides".formatted(
                config.className().isEmpty() ? "a tokenizer without a class" : "the class '" + config.className() + "'",
                TokenizerConfig.FILE, TOKENIZER_JSON));
      }
      return new SpecialTokenPolicy(written.before(), written.after(),
          new Source(TOKENIZER_JSON, "post_processor"), remarks);
    }
    List<SpecialToken> before = special(config.addBos().orElse(config.type().addsBos()), "bos_token", config, named,
        remarks);
    List<SpecialToken> after = special(config.addEos().orElse(false), "eos_token", config, named, remarks);
    if (whole && !(before.equals(written.before()) && after.equals(written.after()))) {
      remarks.add("the post-processor of tokenizer.json says otherwise (%s), and transformers 5 follows it"
          .formatted(new SpecialTokenPolicy(written.before(), written.after(), new Source("", ""), List.of())));
    }
    if (!says && config.type().addsBos()) {
      remarks.add("no file says whether BOS is added: transformers 4 does, 5 does not");
    }
    Source source = says
        ? new Source(TokenizerConfig.FILE, config.addBos().isPresent() ? "add_bos_token" : "add_eos_token")
        : new Source(TokenizerConfig.FILE, "tokenizer_class");
    return new SpecialTokenPolicy(before, after, source, remarks);
  }

  private static List<SpecialToken> special(boolean add, String role, TokenizerConfig config,
      SequencedMap<String, Integer> named, List<String> remarks) {
    if (!add) {
      return List.of();
    }
    if (!named.containsKey(role)) {
      remarks.add("a " + role + " is to be added, but no file names one: none is");
      return List.of();
    }
    return List.of(new SpecialToken(named.get(role), config.text(role).orElseThrow()));
  }
}
