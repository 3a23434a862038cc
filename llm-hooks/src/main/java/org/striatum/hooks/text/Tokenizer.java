package org.striatum.hooks.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.striatum.hooks.checkpoint.CheckpointException;

/// A checkpoint's `tokenizer.json`, read by the hub's own tokenizers through DJL.
///
/// Special tokens are added as the file's post-processor says and never otherwise; padding and truncation in the file
/// are ignored; no chat template is applied. Not thread-safe; whoever opens it closes it.
public final class Tokenizer implements AutoCloseable {
  private static final long MAX_BYTES = 256L << 20;
  private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
      .streamReadConstraints(
          StreamReadConstraints.builder().maxNestingDepth(256).maxDocumentLength(MAX_BYTES).maxNameLength(1 << 20)
              .build())
      .build());

  private final HuggingFaceTokenizer tokenizer;
  private final int vocabulary;
  private final int added;

  private Tokenizer(HuggingFaceTokenizer tokenizer, int vocabulary) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.added = tokenizer.encode("", true, false).getIds().length;
  }

  /// Opens `file`.
  ///
  /// @param embeddings rows of the model's embedding, which every token must be below
  /// @throws CheckpointException if the file is absent, broken, or knows tokens the model doesn't
  public static Tokenizer open(Path file, int embeddings) throws CheckpointException {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          "no tokenizer.json in " + file.getParent() + ": without one no text becomes tokens");
    }
    int vocabulary = vocabulary(file);
    if (vocabulary > embeddings) {
      throw new CheckpointException(file + " has token ids up to " + (vocabulary - 1) + " but the embedding has only "
          + embeddings + " rows: the tokenizer belongs to another model");
    }
    try {
      return new Tokenizer(
          HuggingFaceTokenizer.newInstance(file, Map.of("padding", "false", "truncation", "false")), vocabulary);
    } catch (IOException | RuntimeException refused) {
      throw new CheckpointException(file + " cannot be read as a tokenizer: " + refused.getMessage(), refused);
    }
  }

  /// One more than the largest token id.
  private static int vocabulary(Path file) throws CheckpointException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + " is larger than 256 MiB: not a tokenizer");
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      JsonNode vocab = root.path("model").path("vocab");
      long largest = vocab.isArray() ? vocab.size() - 1L : -1;
      if (vocab.isObject()) {
        for (JsonNode id : vocab) {
          largest = Math.max(largest, id.asLong(Long.MAX_VALUE));
        }
      }
      for (JsonNode token : root.path("added_tokens")) {
        largest = Math.max(largest, token.path("id").asLong(Long.MAX_VALUE));
      }
      if (largest < 0) {
        throw new CheckpointException(file + " holds no vocabulary: download it again");
      }
      return Math.toIntExact(Math.min(largest, Integer.MAX_VALUE - 1) + 1);
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file + " is not valid JSON: download it again", broken);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// Token ids of a text at the beginning of a sequence, the post-processor's special tokens included.
  public int[] encode(String text) {
    return ids(tokenizer.encode(text, true, false).getIds());
  }

  /// Token ids of a text that follows another: no special token.
  public int[] encodeContinuation(String text) {
    return ids(tokenizer.encode(text, false, false).getIds());
  }

  private static int[] ids(long[] ids) {
    int[] narrowed = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      narrowed[i] = Math.toIntExact(ids[i]);
    }
    return narrowed;
  }

  /// The text of tokens, special tokens left out.
  public String decode(int[] tokens) {
    long[] ids = new long[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      ids[i] = tokens[i];
    }
    return tokenizer.decode(ids, true);
  }

  /// One more than the largest token id.
  public int vocabulary() {
    return vocabulary;
  }

  /// How many special tokens the post-processor adds to a text.
  public int specialTokensAdded() {
    return added;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
