package org.striatum.hooks.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.chat.ChatMessage;
import org.striatum.hooks.chat.ChatTemplates;

/// Tokenizers of well-known models, as npm packages ship them, against the ids of transformers.
///
/// The packages are too large for the repository. It runs where they are: `npm install` those that the golden files name, and
/// give the folder `node_modules` as environment variable STRIATUM_NPM.
@Tag("slow")
class HubTokenizersTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/text");

  static Stream<Arguments> tokenizers() throws IOException {
    List<Arguments> tokenizers = new ArrayList<>();
    for (String file : List.of("hub-tokenizers.json", "hub-tokenizers-4.json")) {
      new ObjectMapper().readTree(GOLDEN.resolve(file).toFile()).properties()
          .forEach(entry -> tokenizers.add(Arguments.of(entry.getKey(), entry.getValue())));
    }
    return tokenizers.stream();
  }

  private static Path folder(JsonNode golden) {
    String packages = System.getenv("STRIATUM_NPM");
    assumeTrue(packages != null, "STRIATUM_NPM names no folder");
    Path folder = Path.of(packages, golden.get("npm").textValue(), golden.get("path").textValue());
    assumeTrue(Files.isDirectory(folder), folder + " is not installed");
    return folder;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void idsEqualTheReference(String name, JsonNode golden) throws Exception {
    try (Tokenizer tokenizer = Tokenizer.open(folder(golden), Integer.MAX_VALUE)) {
      for (JsonNode reference : golden.get("text")) {
        String text = reference.get("text").textValue();
        assertThat(tokenizer.encode(text)).as("%s", reference.get("text")).isEqualTo(ids(reference.get("ids")));
        assertThat(tokenizer.encodeBare(text)).as("%s, bare", reference.get("text"))
            .isEqualTo(ids(reference.get("ids without special tokens")));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tokenizers")
  void chatsEqualTheReference(String name, JsonNode golden) throws Exception {
    Path folder = folder(golden);
    ObjectMapper json = new ObjectMapper();
    try (Tokenizer tokenizer = Tokenizer.open(folder, Integer.MAX_VALUE)) {
      for (JsonNode chat : golden.get("chat")) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : chat.get("messages")) {
          messages.add(new ChatMessage(message.get("role").textValue(), message.get("content").textValue()));
        }
        Map<String, Object> arguments = json.convertValue(chat.get("arguments"), new TypeReference<>() {});
        String rendered = ChatTemplates.find(folder).byDefault(tokenizer.named()).orElseThrow().render(messages, true,
            arguments, LocalDateTime.of(2024, 7, 26, 0, 0));
        assertThat(rendered).as("%s", chat.get("chat")).isEqualTo(chat.get("rendered").textValue());
        assertThat(tokenizer.encodeBare(rendered)).as("%s", chat.get("chat")).isEqualTo(ids(chat.get("ids")));
      }
    }
  }

  static int[] ids(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
