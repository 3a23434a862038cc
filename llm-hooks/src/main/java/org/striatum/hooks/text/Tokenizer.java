package org.striatum.hooks.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.Offline;
import org.striatum.probe.run.UsageException;

/// A checkpoint's tokenizer, run by the hub's own tokenizers through DJL: `tokenizer.json`, `vocab.json` with `merges.txt`
/// of byte-level BPE, or a SentencePiece `tokenizer.model`, completed by `tokenizer_config.json`.
///
/// Special tokens are added as [#policy] says and never otherwise; padding and truncation in the file are ignored. A text
/// that uses a token beyond the model's embedding is refused. Several threads may encode and decode at
/// once; whoever opens it closes it when none does.
public final class Tokenizer implements AutoCloseable {
  /// Texts that a completion may be encoded behind: ends of words of several kinds.
  private static final List<String> ANCHORS = List.of("a", ".", "0", "\n", ":", ")");

  private final HuggingFaceTokenizer tokenizer;
  private final TokenizerDocument document;
  private final int embeddings;

  private Tokenizer(HuggingFaceTokenizer tokenizer, TokenizerDocument document, int embeddings) {
    this.tokenizer = tokenizer;
    this.document = document;
    this.embeddings = embeddings;
  }

  /// Opens the tokenizer of `folder`.
  ///
  /// @param embeddings rows of the model's embedding, which every token of a text must be below
  /// @throws NoTokenizerException if there is none, or one of a kind that is not read
  /// @throws CheckpointException if it is broken
  public static Tokenizer open(Path folder, int embeddings) throws CheckpointException {
    TokenizerDocument document = TokenizerDocument.read(folder);
    Offline.djl();
    try {
      return new Tokenizer(HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(document.json()),
          Map.of("padding", "false", "truncation", "false")), document, embeddings);
    } catch (IOException | RuntimeException refused) {
      throw new CheckpointException(document.file() + " cannot be read as a tokenizer: " + refused.getMessage(),
          refused);
    }
  }

  /// Token ids of a text, special tokens around it included, exactly as the reference implementation gives them.
  ///
  /// @throws UsageException if the text uses a token that the embedding has no row for
  public int[] encode(String text) {
    return ids(text, true);
  }

  /// Token ids of a text that something follows: as [#encode], but no special token stands behind it, and a text that
  /// begins with the special tokens itself gets no second ones.
  ///
  /// @throws UsageException if the text uses a token that the embedding has no row for
  public int[] encodePrompt(String text) {
    int[] ids = encode(text);
    int[] before = document.policy().idsBefore();
    int length = before.length;
    boolean twice = length > 0 && ids.length >= 2 * length && startsWith(ids, before)
        && Arrays.equals(ids, length, 2 * length, before, 0, length);
    return Arrays.copyOfRange(ids, twice ? length : 0, ids.length - document.policy().after().size());
  }

  /// Token ids of a text as it stands: no special token is added. For rendered chats, which hold theirs already.
  public int[] encodeBare(String text) {
    return ids(text, false);
  }

  /// A prompt and its completion, encoded together so that the completion's tokens are those of a text in its place: no
  /// mark of a beginning stands before it. The prompt's tokens are those of the prompt alone, since a model was given
  /// those.
  ///
  /// @throws UsageException if the texts cannot be encoded as two, or use a token that the embedding has no row for
  public TokenSequence encodePair(String prompt, String completion) {
    return join(encodePrompt(prompt), prompt, completion);
  }

  /// The same for a rendered chat, to which no special token is added.
  public TokenSequence encodeBarePair(String prompt, String completion) {
    return join(encodeBare(prompt), prompt, completion);
  }

  private TokenSequence join(int[] prompt, String promptText, String completion) {
    if (prompt.length == 0) {
      throw new UsageException("a prompt must have at least one token, '" + shown(promptText) + "' has none");
    }
    TokenSequence start = TokenSequence.prompt(prompt);
    int[] ids;
    Optional<TokenSequence> inPlace;
    try (EncodedText together = new EncodedText(tokenizer, promptText + completion, false)) {
      ids = ids(together);
      Optional<TokenSequence> seen = behindPrompt(start, completion, ids);
      if (seen.isPresent()) {
        return seen.get(); // nearly always
      }
      inPlace = behind(promptText, together, ids).map(start::followedBy);
    }
    if (inPlace.isPresent() && isBehindSpecial(inPlace.get().tokens(), ids)) {
      return inPlace.get();
    }
    String whole = decode(ids);
    Predicate<TokenSequence> readsAsOne = sequence -> decode(sequence.tokens()).equals(whole);
    if (inPlace.filter(readsAsOne).isPresent()) {
      return inPlace.get();
    }
    List<TokenSequence> elsewhere = ANCHORS.stream()
        .flatMap(before -> behind(before, completion).filter(tokens -> leaves(before, completion, tokens)).stream())
        .map(start::followedBy).toList();
    // None reads as one where a character of the completion changes the prompt's last one, or both are unknown: then its tokens
    // behind a word are what they are in a text.
    return elsewhere.stream().filter(readsAsOne).findFirst()
        .orElseGet(() -> elsewhere.isEmpty() ? apart(start, completion, readsAsOne) : elsewhere.getFirst());
  }

  /// The same without places of characters, which take longer than encoding: empty where they have to decide. Behind the tokens of
  /// the prompt the others read as the completion and nothing else.
  private Optional<TokenSequence> behindPrompt(TokenSequence prompt, String completion, int[] together) {
    int special = startsWith(prompt.tokens(), document.policy().idsBefore()) ? document.policy().idsBefore().length : 0;
    int cut = prompt.length() - special;
    if (cut > together.length || !Arrays.equals(prompt.tokens(), special, prompt.length(), together, 0, cut)) {
      return Optional.empty();
    }
    TokenSequence whole = prompt.followedBy(Arrays.copyOfRange(together, cut, together.length));
    return decodeContinuation(whole.continuation()).equals(completion) && isBehindSpecial(whole.tokens(), together)
        ? Optional.of(whole)
        : Optional.empty();
  }

  private TokenSequence apart(TokenSequence start, String completion, Predicate<TokenSequence> readsAsOne) {
    TokenSequence apart = start.followedBy(encodeBare(completion));
    if (!readsAsOne.test(apart)) {
      throw new UsageException("a prompt and its completion '" + shown(completion)
          + "' cannot be encoded as two: together they read otherwise");
    }
    return apart;
  }

  /// Whether tokens are others with nothing before them but the special tokens of a beginning, which read as nothing.
  private boolean isBehindSpecial(int[] tokens, int[] others) {
    int before = tokens.length - others.length;
    if (before < 0 || !Arrays.equals(tokens, before, tokens.length, others, 0, others.length)) {
      return false;
    }
    int[] special = Arrays.copyOf(tokens, before);
    return before == 0 || (Arrays.equals(special, document.policy().idsBefore()) && decode(special).isEmpty());
  }

  /// Tokens of `text` when it stands behind `before`; empty if one token holds characters of both.
  Optional<int[]> behind(String before, String text) {
    try (EncodedText encoded = new EncodedText(tokenizer, before + text, false)) {
      return behind(before, encoded, ids(encoded));
    }
  }

  private static Optional<int[]> behind(String before, EncodedText encoded, int[] ids) {
    CharSpan[] spans = encoded.places();
    int cut = before.codePointCount(0, before.length());
    int first = 0;
    while (first < ids.length && (spans[first] == null || spans[first].getEnd() <= cut)) {
      first++;
    }
    for (int t = first; t < ids.length; t++) {
      if (spans[t] == null || spans[t].getStart() < cut) {
        return Optional.empty();
      }
    }
    return Optional.of(Arrays.copyOfRange(ids, first, ids.length));
  }

  /// Whether the tokens in front of those of `text` are those of `before` alone.
  private boolean leaves(String before, String text, int[] tokens) {
    int[] whole = encodeBare(before + text);
    return Arrays.equals(Arrays.copyOf(whole, whole.length - tokens.length), encodeBare(before));
  }

  private static boolean startsWith(int[] ids, int[] beginning) {
    return Arrays.equals(ids, 0, beginning.length, beginning, 0, beginning.length);
  }

  private int[] ids(String text, boolean special) {
    try (EncodedText encoded = new EncodedText(tokenizer, text, special)) {
      return ids(encoded);
    }
  }

  private int[] ids(EncodedText encoded) {
    int[] ids = encoded.ids();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] >= embeddings) {
        throw new UsageException("a text uses the token '%s' (%d), but the model's embedding has only %d rows"
            .formatted(shown(encoded.tokens()[i]), ids[i], embeddings));
      }
    }
    return ids;
  }

  private static String shown(String text) {
    return text.length() > 40 ? text.substring(0, text.offsetByCodePoints(0, 20)) + "…" : text;
  }

  /// The text of tokens, special tokens left out.
  public String decode(int[] tokens) {
    return decode(tokens, true);
  }

  /// The text of tokens that follow others, special tokens left out: a space that decoding takes from the beginning of a
  /// text stays, so that prompt and text joined are what was tokenized.
  public String decodeContinuation(int[] tokens) {
    return continuation(tokens, true);
  }

  /// The same with special tokens as they are written.
  public String decodeContinuationWhole(int[] tokens) {
    return continuation(tokens, false);
  }

  private String continuation(int[] tokens, boolean skipSpecial) {
    if (!document.stripsBeginning()) {
      return decode(tokens, skipSpecial);
    }
    int[] before = encodeBare(ANCHORS.getFirst());
    int[] whole = Arrays.copyOf(before, before.length + tokens.length);
    System.arraycopy(tokens, 0, whole, before.length, tokens.length);
    return decode(whole, skipSpecial).substring(decode(before, skipSpecial).length());
  }

  private String decode(int[] tokens, boolean skipSpecial) {
    return tokenizer.decode(Arrays.stream(tokens).asLongStream().toArray(), skipSpecial);
  }

  /// The file that holds the vocabulary.
  public Path file() {
    return document.file();
  }

  /// Special tokens around a text, and what decides on them.
  public SpecialTokenPolicy policy() {
    return document.policy();
  }

  /// Texts of the special tokens by role: `bos_token`, `eos_token`…
  public SequencedMap<String, String> named() {
    return document.named();
  }

  /// A special token by role.
  public Optional<SpecialToken> named(String role) {
    return Optional.ofNullable(document.namedIds().get(role))
        .map(id -> new SpecialToken(id, document.named().get(role)));
  }

  /// Tokens that are cut out of a text before everything else, with their ids.
  public SequencedMap<String, Integer> added() {
    return document.added();
  }

  /// One more than the largest token id. It may be more than the embedding has rows.
  public int vocabulary() {
    return document.ids();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
