package org.striatum.hooks.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.UsageException;

/// Against the reference implementations, on small tokenizers in the hub's layouts: `golden/text/make_tokenizers.py`.
class TokenizerTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/text");
  private static final int LARGE = 1 << 20;

  @TempDir
  private Path folder;

  static Stream<String> layouts() throws IOException {
    List<String> names = new ArrayList<>();
    new ObjectMapper().readTree(GOLDEN.resolve("tokenizers.json").toFile()).fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void idsEqualTheReference(String layout) throws Exception {
    JsonNode cases = new ObjectMapper().readTree(GOLDEN.resolve("tokenizers.json").toFile()).get(layout);
    assertThat(cases).hasSizeGreaterThan(5);
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      for (JsonNode reference : cases) {
        String text = reference.get("text").textValue();
        assertThat(tokenizer.encodeBare(text)).as("%s without special tokens", reference.get("text"))
            .isEqualTo(ids(reference.get("bare")));
        assertThat(tokenizer.encode(text)).as("%s", reference.get("text")).isEqualTo(ids(reference.get("ids")));
      }
    }
  }

  private static int[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }

  /// What one reads when the completion follows the prompt, and every token in it.
  @ParameterizedTest
  @MethodSource("layouts")
  void aPairReadsAsTheTwoTexts(String layout) throws Exception {
    String[][] pairs = {{"how many eggs?\nAnswer:", " 12"}, {"Answer: ", "12 eggs"}, {"Answer:\n", "two"},
        {"the num", "ber of boxes"}, {"sum of", ""}, {"is", "\n\nin total"}};
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      for (String[] pair : pairs) {
        TokenSequence sequence = tokenizer.encodePair(pair[0], pair[1]);
        assertThat(sequence.promptLength()).isEqualTo(tokenizer.encodePrompt(pair[0]).length);
        assertThat(sequence.tokens()).startsWith(tokenizer.encodePrompt(pair[0]));
        String together = tokenizer.decode(tokenizer.encodeBare(pair[0] + pair[1]));
        assertThat(tokenizer.decode(sequence.tokens())).as("%s + %s", pair[0], pair[1]).isEqualTo(together);
      }
    }
  }

  /// Wherever the tokens of a text have a boundary between the two, by the places of their characters.
  @ParameterizedTest
  @MethodSource("layouts")
  void aPairHasTheTokensOfItsText(String layout) throws Exception {
    JsonNode cases = new ObjectMapper().readTree(GOLDEN.resolve("tokenizers.json").toFile()).get(layout);
    int boundaries = 0;
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      for (JsonNode reference : cases) {
        String text = reference.get("text").textValue();
        int[] whole = tokenizer.encodeBare(text);
        for (int at = 1; at < text.length(); at++) {
          String prompt = text.substring(0, at);
          int[] bare = tokenizer.encodeBare(prompt);
          Optional<int[]> behind = tokenizer.behind(prompt, text.substring(at))
              .filter(ids -> bare.length > 0
                  && Arrays.equals(whole, IntStream.concat(Arrays.stream(bare), Arrays.stream(ids)).toArray()));
          if (behind.isPresent()) {
            boundaries++;
            assertThat(tokenizer.encodePair(prompt, text.substring(at)).continuation()).as("%d in %s", at, text)
                .isEqualTo(behind.get());
          }
        }
      }
    }
    assertThat(boundaries).isGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-model", "spm-bpe", "spm-unigram-bytes"})
  void noMarkOfABeginningInACompletion(String layout) throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      TokenSequence pair = tokenizer.encodePair("how many eggs", " 12");
      assertThat(pair.tokens()).isEqualTo(tokenizer.encodePrompt("how many eggs 12"));
      assertThat(tokenizer.decodeContinuation(pair.continuation())).isEqualTo(" 12");
      // What a completion alone begins with.
      assertThat(tokenizer.encodeBare(" 12")).hasSizeGreaterThan(pair.continuation().length);
      TokenSequence behindANewline = tokenizer.encodePair("how many eggs\n", "12");
      assertThat(tokenizer.decodeContinuation(behindANewline.continuation())).isEqualTo("12");
    }
  }

  /// What was generated, written down and read again: the same tokens.
  @ParameterizedTest
  @MethodSource("layouts")
  void theTextOfACompletionGivesItsTokensAgain(String layout) throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      for (String completion : List.of(" 12 eggs", "12", "\n\nin total", " the sum is 19.")) {
        TokenSequence pair = tokenizer.encodePair("how many eggs", completion);
        String text = tokenizer.decodeContinuation(pair.continuation());
        assertThat(tokenizer.encodePair("how many eggs", text).tokens()).as(completion).isEqualTo(pair.tokens());
        assertThat(String.join("", TokenPieces.of(tokenizer, pair.continuation()))).isEqualTo(text);
        if (!layout.equals("spm-unigram")) { // it knows neither capitals nor newlines
          assertThat(text).isEqualTo(completion);
        }
        assertThat(tokenizer.decodeContinuationWhole(pair.continuation())).isEqualTo(text);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"llama-adds-bos,1", "template-adds-bos,1", "llama-model,1", "gpt2-files,1"})
  void noSecondBeginning(String layout, int beginning) throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      int[] prompt = tokenizer.encodePrompt("<s>how many");
      assertThat(prompt).startsWith(1).containsOnlyOnce(beginning);
      assertThat(tokenizer.encodePair("<s>how many", " eggs").tokens()).containsOnlyOnce(beginning);
    }
  }

  /// A mark that composes with the prompt's last letter, and two unknown letters that fuse to one token.
  @ParameterizedTest
  @CsvSource({"qwen2-files,e,\u0301x", "spm-unigram,how é,é many"})
  void aBoundaryInsideACharacterIsNoReasonToRefuse(String layout, String prompt, String completion) throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      TokenSequence pair = tokenizer.encodePair(prompt, completion);
      assertThat(pair.tokens()).startsWith(tokenizer.encodePrompt(prompt));
      assertThat(pair.continuation()).isNotEmpty();
      assertThat(tokenizer.decodeContinuation(pair.continuation()))
          .isEqualTo(tokenizer.decodeContinuation(tokenizer.encodeBare(completion)).stripLeading());
    }
  }

  @Test
  void aPromptHasAToken() throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("gpt2-files"), LARGE)) {
      assertThatThrownBy(() -> tokenizer.encodePair("", "total")).isInstanceOf(UsageException.class);
    }
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("llama-adds-bos"), LARGE)) {
      assertThat(tokenizer.encodePair("", "total").promptLength()).isEqualTo(1);
    }
  }

  @Test
  void nothingStandsBehindAPrompt() throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("llama-adds-eos-only"), LARGE)) {
      assertThat(tokenizer.policy().after()).containsExactly(new SpecialToken(2, "</s>"));
      assertThat(tokenizer.policy().before()).isEmpty();
      assertThat(tokenizer.encode("eggs")).endsWith(2);
      assertThat(tokenizer.encodePrompt("eggs")).doesNotContain(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"llama-adds-bos, tokenizer_config.json, add_bos_token, 2",
      "fast-ignores-add-bos, tokenizer.json, post_processor, 1",
      "template-adds-bos, tokenizer.json, post_processor, 0", "llama-model, tokenizer_config.json, tokenizer_class, 1",
      "gpt2-files-adds-bos, tokenizer_config.json, add_bos_token, 0",
      "gpt2-prefix-space, tokenizer.json, post_processor, 1"})
  void thePolicySaysWhereItComesFrom(String layout, String file, String field, int remarks) throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      assertThat(tokenizer.policy().source()).isEqualTo(new SpecialTokenPolicy.Source(file, field));
      assertThat(tokenizer.policy().remarks()).hasSize(remarks);
    }
  }

  /// What is neither taken over nor said would give other ids without a word.
  @ParameterizedTest
  @CsvSource({"gpt-neox-adds-bos, GPTNeoXTokenizer, add_prefix_space, true, true",
      "template-adds-bos, PreTrainedTokenizerFast, add_prefix_space, true, false",
      "llama-adds-bos, LlamaTokenizerFast, add_prefix_space, true, false",
      "template-adds-bos, PreTrainedTokenizerFast, add_bos_token, false, false",
      "template-adds-bos, PreTrainedTokenizerFast, add_eos_token, true, false",
      "template-adds-bos, PreTrainedTokenizerFast, split_special_tokens, true, false"})
  void aFlagOfTheConfigurationIsFollowedOrNamed(String layout, String type, String flag, boolean value,
      boolean followed)
      throws Exception {
    Files.copy(GOLDEN.resolve(layout).resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"%s\", \"bos_token\": \"<s>\", \"%s\": %s}".formatted(type, flag, value));
    try (Tokenizer tokenizer = Tokenizer.open(folder, LARGE);
        Tokenizer plain = Tokenizer.open(GOLDEN.resolve(layout), LARGE)) {
      assertThat(tokenizer.policy().remarks()).anyMatch(remark -> remark.contains(flag));
      assertThat(tokenizer.encodeBare("eggs")).isEqualTo(plain.encodeBare(followed ? " eggs" : "eggs"));
    }
  }

  @Test
  void onlyATextThatUsesATokenBeyondTheEmbeddingIsRefused() throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("token-in-config-only"), 300)) {
      assertThat(tokenizer.vocabulary()).isEqualTo(301);
      assertThat(tokenizer.encode("eggs <s>")).isNotEmpty();
      assertThatThrownBy(() -> tokenizer.encode("a <|im_start|>")).isInstanceOf(UsageException.class)
          .hasMessageContaining("<|im_start|>").hasMessageContaining("300 rows");
    }
  }

  @Test
  void anAddedTokenHasTheIdThatTheLibraryGivesIt() throws Exception {
    String json = Files.readString(GOLDEN.resolve("llama-adds-bos/tokenizer.json"));
    Files.writeString(folder.resolve("tokenizer.json"), json.replaceFirst("\"added_tokens\": \\[",
        "\"added_tokens\": [{\"id\": 987654, \"content\": \"<new>\", \"single_word\": false, \"lstrip\": false, "
            + "\"rstrip\": false, \"normalized\": false, \"special\": true}, "));
    try (Tokenizer tokenizer = Tokenizer.open(folder, 301)) {
      assertThat(tokenizer.added()).containsEntry("<new>", 300);
      assertThat(tokenizer.encodeBare("<new>")).containsExactly(300);
      assertThat(tokenizer.policy().remarks()).singleElement().asString().contains("987654").contains("300");
    }
  }

  @Test
  void namedTokensAreKnownByRole() throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("token-by-role-only"), LARGE)) {
      assertThat(tokenizer.named("bos_token")).contains(new SpecialToken(1, "<s>"));
      assertThat(tokenizer.named("pad_token")).contains(new SpecialToken(300, "[PAD]"));
      assertThat(tokenizer.named("mask_token")).isEmpty();
      assertThat(tokenizer.added()).containsEntry("<sep>", 301);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"tekken.json | {} | from_pretrained",
      "tokenizer.model | text | no SentencePiece",
      "tokenizer.model | '' | no vocabulary", "tokenizer.json | {\"model\":  | not valid JSON",
      "tokenizer.json | [] | not a JSON object", "tokenizer.json | {\"model\": {\"type\": \"BPE\"}} | no vocabulary",
      "tokenizer.json | {\"model\": {\"vocab\": {\"a\": -1}}} | must be an integer",
      "tokenizer.json | {\"model\": {\"vocab\": {\"a\": 0}}, \"added_tokens\": [{}]} | must have 'content'",
      "tokenizer.json | {\"model\": {\"vocab\": {\"a\": 0}}, \"decoder\": {\"type\": 1e999}} | out of range",
      "tokenizer.json | {\"model\": {\"vocab\": {\"a\": 0}}, \"decoder\": {\"type\": \"\\ud800x\"}} | surrogate",
      "tokenizer.json | {\"model\": {\"vocab\": {\"a\": 0}}, \"decoder\": {\"\\udc00\": 1}} | not valid JSON",
      "tokenizer_config.json | {} | no tokenizer.json"})
  void whatCannotBeReadIsRefused(String name, String content, String message) throws Exception {
    Files.writeString(folder.resolve(name), content);
    assertThatThrownBy(() -> Tokenizer.open(folder, LARGE)).isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"a b c,3", "ab,2", "o zz,2"})
  void aMergeMustJoinTwoTokens(String merge, int line) throws Exception {
    Files.copy(GOLDEN.resolve("gpt2-files/vocab.json"), folder.resolve("vocab.json"));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"GPT2Tokenizer\"}");
    String first = Files.readAllLines(GOLDEN.resolve("gpt2-files/merges.txt")).get(1);
    Files.writeString(folder.resolve("merges.txt"),
        "#version: 0.2\n" + (line == 3 ? first + "\n" : "") + merge + "\n");
    assertThatThrownBy(() -> Tokenizer.open(folder, LARGE)).isInstanceOf(CheckpointException.class)
        .hasMessageContaining("merges.txt, line " + line);
  }

  @Test
  void otherClassesOfVocabularyFilesAreRefusedWithTheLineThatConverts() throws Exception {
    Files.copy(GOLDEN.resolve("gpt2-files/vocab.json"), folder.resolve("vocab.json"));
    Files.copy(GOLDEN.resolve("gpt2-files/merges.txt"), folder.resolve("merges.txt"));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"CLIPTokenizer\"}");
    assertThatThrownBy(() -> Tokenizer.open(folder, LARGE)).isInstanceOf(NoTokenizerException.class)
        .hasMessageContaining("CLIPTokenizer").hasMessageContaining("save_pretrained");
  }

  @ParameterizedTest
  @CsvSource({"vocab.json, merges.txt", "merges.txt, vocab.json"})
  void theMissingHalfOfAVocabularyIsNamed(String there, String missing) throws Exception {
    Files.copy(GOLDEN.resolve("gpt2-files").resolve(there), folder.resolve(there));
    assertThatThrownBy(() -> Tokenizer.open(folder, LARGE)).isInstanceOf(NoTokenizerException.class)
        .hasMessageContaining(missing + " is missing beside " + there);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'x.Fancy'", "['x.Fancy', null]", "['x.Slow', 'x.Fancy']"})
  void codeOfItsOwnIsSaidNotToRun(String named) throws Exception {
    Files.copy(GOLDEN.resolve("template-adds-bos/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("tokenizer_config.json"),
        "{'auto_map': {'AutoTokenizer': %s}}".formatted(named).replace('\'', '"'));
    try (Tokenizer tokenizer = Tokenizer.open(folder, LARGE)) {
      assertThat(tokenizer.policy().remarks()).singleElement().asString().contains("'x.Fancy'", "auto_map");
    }
  }

  @Test
  void aFlagMustBeOne() throws Exception {
    Files.copy(GOLDEN.resolve("llama-adds-bos/tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"add_bos_token\": \"yes\"}");
    assertThatThrownBy(() -> Tokenizer.open(folder, LARGE)).isInstanceOf(CheckpointException.class)
        .hasMessageContaining("add_bos_token");
  }
}
