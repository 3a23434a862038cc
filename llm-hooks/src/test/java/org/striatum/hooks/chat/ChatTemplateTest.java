package org.striatum.hooks.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.jinja.TemplateException;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// Templates of well-known models against transformers' rendering: `golden/text/chat/make_templates.py`.
class ChatTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN = Path.of("src/test/resources/golden/text");
  private static final Path CHAT = GOLDEN.resolve("chat");
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 26, 1, 2, 3);
  private static final Source HERE = new Source("test", "source");

  static Stream<Path> templates() throws IOException {
    List<Path> templates = new ArrayList<>();
    try (Stream<Path> files = Files.list(CHAT)) {
      files.filter(file -> file.toString().endsWith(".jinja")).sorted().forEach(templates::add);
    }
    return templates.stream();
  }

  static List<ChatMessage> messages(JsonNode json) {
    List<ChatMessage> messages = new ArrayList<>();
    json.forEach(message -> messages.add(
        new ChatMessage(JSON.convertValue(message, new TypeReference<LinkedHashMap<String, Object>>() {}))));
    return messages;
  }

  private static ChatTemplate template(String source) {
    return ChatTemplate.of("default", source, HERE, Map.of("bos_token", "<s>", "eos_token", "</s>"));
  }

  private static ChatTemplate inFile(Path file, Map<String, String> tokens) throws IOException {
    return ChatTemplate.of("default", Files.readString(file), HERE, tokens);
  }

  @ParameterizedTest
  @MethodSource("templates")
  void chatsRenderAsTheReference(Path file) throws IOException {
    JsonNode golden = JSON.readTree(CHAT.resolve("templates.json").toFile());
    ChatTemplate template = inFile(file,
        JSON.convertValue(golden.get("tokens"), new TypeReference<Map<String, String>>() {}));
    int compared = 0;
    for (JsonNode each : golden.get("cases")) {
      if (each.get("template").textValue().equals(file.getFileName().toString())) {
        Map<String, Object> arguments = JSON.convertValue(each.get("arguments"), new TypeReference<>() {});
        boolean prompts = !Boolean.FALSE.equals(arguments.remove("add_generation_prompt"));
        List<ChatMessage> messages = messages(golden.get("chats").get(each.get("chat").textValue()));
        String name = each.get("chat").textValue() + " " + each.get("arguments");
        if (each.get("rendered").isNull()) {
          assertThatThrownBy(() -> template.render(messages, prompts, arguments, NOW)).as(name)
              .isInstanceOf(TemplateException.class);
        } else {
          assertThat(template.render(messages, prompts, arguments, NOW)).as(name)
              .isEqualTo(each.get("rendered").textValue());
        }
        compared++;
      }
    }
    assertThat(compared).isEqualTo(20);
  }

  @Test
  void whatATemplateIsKnownBy() {
    ChatTemplate template = template("{{ bos_token }}{{ strftime_now('%Y') }}");
    // printf '%s' "{{ bos_token }}{{ strftime_now('%Y') }}" | sha256sum
    assertThat(template.checksum())
        .isEqualTo(new Sha256("f837fed78380efdc4adf59faa2152c30a31219745989f91c3b1061c2e0fac5ef"));
    assertThat(template.origin()).isEqualTo(HERE);
    assertThat(template.asksForTheDate()).isTrue();
    assertThat(template.render(List.of(ChatMessage.user("x")), true, Map.of(), NOW)).isEqualTo("<s>2024");
    assertThat(template("").asksForTheDate()).isFalse();
  }

  @Test
  void argumentsAreValuesOfTheTemplate() {
    ChatTemplate template = template(
        "{{ messages[0].content }}{{ eos_token }}{{ tools is none }}{{ enable_thinking }}");
    List<ChatMessage> chat = List.of(ChatMessage.user("x"));
    assertThat(template.render(chat, true, Map.of("enable_thinking", false), NOW)).isEqualTo("x</s>TrueFalse");
    assertThat(template.render(chat, true, Map.of("eos_token", "E", "tools", List.of()), NOW)).isEqualTo("xEFalse");
    assertThatThrownBy(() -> template.render(chat, true, Map.of("messages", List.of()), NOW))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> template.render(List.of(), true, Map.of(), NOW)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"enable_thinking=false | false", "x=1.5 | 1.5",
      "x=high | high", "x=\"a b\" | a b",
      "x=[1, {\"a\": null}] | [1, {a=null}]", "x=null | null"})
  void anArgumentIsJsonOrOneWord(String written, String value) {
    assertThat(String.valueOf(TemplateArgument.parse(written).value())).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"enable_thinking", "=1", "x=False", "x=True", "x=None", "x=a b", "x=", "x={",
      "x=1 2",
      "messages=1", "add_generation_prompt=true", "a-b=1"})
  void otherArgumentsAreRefused(String written) {
    assertThatThrownBy(() -> TemplateArgument.parse(written)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
      // followed at once, behind white space, only where the chat goes on, never
      "{% for m in messages %}{{ m.content }}</s>{% endfor %} ~ 2",
      "{% for m in messages %}{{ m.content }}   </s>{% endfor %} ~ 2",
      "{% for m in messages %}{{ m.content }}{% if not loop.last %}<|im_start|>{% endif %}{% endfor %} ~ 300",
      "{% for m in messages %}<s>{{ m.content }}{% endfor %} ~ 1",
      "{% for m in messages %}{{ m.content }}User:{% endfor %} ~", "{{ raise_exception('no') }} ~",
      "{{ messages[0].content }}</s> ~"})
  void aTurnEndsWithTheSpecialTokenBehindIt(String source, Integer token) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(GOLDEN.resolve("token-in-config-only"), 1000)) {
      assertThat(template(source).endOfTurn(tokenizer, Map.of()).map(SpecialToken::id).orElse(null)).isEqualTo(token);
    }
  }

  @ParameterizedTest
  @CsvSource({"qwen3.jinja,<think>,</think>", "deepseek_r1_distill.jinja,<think>,</think>",
      "glm4moe.jinja,<think>,</think>",
      "gptoss.jinja,<|channel|>analysis<|message|>,<|end|>", "phi3.jinja,,"})
  void thinkingStandsBetweenTheMarkersOfTheTemplate(String file, String open, String close) throws IOException {
    assertThat(inFile(CHAT.resolve(file), Map.of()).thinking().orElse(null))
        .isEqualTo(open == null ? null : new ThinkingMarkers(open, close));
  }

  /// Whether a template opens a thought, closes one, or both.
  @ParameterizedTest
  @CsvSource({"<think>,</think>", "[THINK],[/THINK]", "<seed:think>,</seed:think>",
      "<|channel|>analysis<|message|>,<|end|>",
      "<|channel>thought,<channel|>"})
  void oneMarkerIsEnough(String open, String close) {
    Optional<ThinkingMarkers> markers = Optional.of(new ThinkingMarkers(open, close));
    assertThat(template("{{ messages[0].content }}" + open).thinking()).isEqualTo(markers);
    assertThat(template("{{ messages[0].content }}" + open + close).thinking()).isEqualTo(markers);
    assertThat(template("{{ messages[0].content }}").thinking()).isEmpty();
  }

  @Test
  void markersDiffer() {
    assertThatThrownBy(() -> new ThinkingMarkers("x", "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ThinkingMarkers(" ", "x")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMessageHasARole() {
    assertThatThrownBy(() -> new ChatMessage("", "x")).isInstanceOf(IllegalArgumentException.class);
    assertThat(ChatMessage.assistant("5").with("reasoning_content", "r").fields())
        .containsExactly(Map.entry("role", "assistant"), Map.entry("content", "5"),
            Map.entry("reasoning_content", "r"));
  }
}
