package org.striatum.studies.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.datasets.prompt.PromptFormat.Shots;
import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.dopamine.StepCutter;

/// What tokens read where markers of thinking are special tokens, or made of some, or plain text.
class CompletionTextTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000/tokenizer.json");
  private static final List<String> HARMONY = List.of("<|start|>", "<|channel|>", "<|message|>", "<|end|>");

  @TempDir
  private Path folder;

  /// The reasoner's tokenizer, a character a token, with further special tokens.
  private Tokenizer tokenizer(List<String> special) throws IOException {
    ObjectNode file = (ObjectNode) JSON.readTree(REASONER.toFile());
    ArrayNode added = (ArrayNode) file.get("added_tokens");
    for (String token : special) {
      ObjectNode one = added.get(0).deepCopy();
      added.add(one.put("id", 54 + special.indexOf(token)).put("content", token));
    }
    Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(file));
    return Tokenizer.open(folder, 60);
  }

  private static CompletionText texts(Tokenizer tokenizer, String open, String close) {
    return CompletionText.of(tokenizer,
        new PromptFormat(null, Shots.NONE, new TreeMap<>(), List.of(), new Thinking(open, close)));
  }

  @Test
  void markersMadeOfSpecialTokensAreRead() throws IOException {
    try (Tokenizer tokenizer = tokenizer(HARMONY)) {
      String thought = "<|channel|>analysis<|message|>4? no<|end|>";
      String whole = thought + "<|start|>assistant<|channel|>final<|message|>5";
      int[] tokens = tokenizer.encodeBare(whole);
      CompletionText texts = texts(tokenizer, "<|channel|>analysis<|message|>", "<|end|>");
      assertThat(texts.of("d", tokens)).isEqualTo(whole);
      assertThat(texts.pieces(tokens)).hasSize(tokens.length).contains("<|end|>", "<|channel|>");
      assertThat(String.join("", texts.pieces(tokens))).isEqualTo(whole);
      assertThat(texts.format().reading("d").graded(texts.of("d", tokens))).contains("5");
      int end = tokenizer.encodeBare(thought).length - 1;
      assertThat(texts.thinkEnd("d", tokens)).hasValue(end);
      assertThat(tokens[end]).isEqualTo(54 + HARMONY.indexOf("<|end|>"));
      assertThat(texts.cutter(StepCutter.THINK_END).cut(texts.pieces(tokens)).last(0)).as("state after it")
          .isEqualTo(end + 1);
      assertThat(texts(tokenizer, "<think>", "</think>").of("d", tokens)).as("no markers of this format")
          .isEqualTo("analysis4? noassistantfinal5");
    }
  }

  @Test
  void oneSpecialTokenAMarker() throws IOException {
    try (Tokenizer tokenizer = tokenizer(List.of("<think>", "</think>"))) {
      int[] tokens = tokenizer.encodeBare("<think>4? no</think>5");
      assertThat(texts(tokenizer, "<think>", "</think>").thinkEnd("d", tokens)).hasValue(tokens.length - 2);
    }
  }

  @Test
  void aMarkerOfSeveralPlainTokensEndsWithTheLastOfThem() throws IOException {
    try (Tokenizer tokenizer = tokenizer(List.of())) {
      int[] tokens = tokenizer.encodeBare("4? no##5");
      CompletionText texts = texts(tokenizer, "==", "##");
      assertThat(texts.markers()).isFalse();
      assertThat(texts.thinkEnd("d", tokens)).hasValue(tokens.length - 2);
      assertThat(texts.thinkEnd("d", tokenizer.encodeBare("4? no#5"))).isEmpty();
    }
  }
}
