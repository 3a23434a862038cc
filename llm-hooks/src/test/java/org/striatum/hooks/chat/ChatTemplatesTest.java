package org.striatum.hooks.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.jinja.Template;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.probe.run.UsageException;

class ChatTemplatesTest {
  private static final String NAMED = """
      {"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}""";

  @TempDir
  private Path folder;

  private void write(String name, String content) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), content);
  }

  private ChatTemplate byDefault() throws CheckpointException {
    return ChatTemplates.find(folder).byDefault(Map.of()).orElseThrow();
  }

  @Test
  void aFileOfItsOwnDecidesThenTheTokenizerThenTheProcessor() throws Exception {
    assertThat(ChatTemplates.find(folder).isEmpty()).isTrue();
    assertThat(ChatTemplates.find(folder).byDefault(Map.of())).isEmpty();
    write("chat_template.json", "{\"chat_template\": \"p\"}");
    assertThat(byDefault().origin()).isEqualTo(new Source("chat_template.json", "chat_template"));
    write("tokenizer_config.json", "{\"chat_template\": \"c\"}");
    assertThat(byDefault().source()).isEqualTo("c");
    assertThat(byDefault().origin()).isEqualTo(new Source("tokenizer_config.json", "chat_template"));
    write("chat_template.jinja", "j");
    assertThat(byDefault().source()).isEqualTo("j");
    assertThat(ChatTemplates.find(folder).overruled()).containsExactly(
        new Source("tokenizer_config.json", "chat_template"), new Source("chat_template.json", "chat_template"));
  }

  @Test
  void equalTemplatesOverruleNothing() throws Exception {
    write("tokenizer_config.json", "{\"chat_template\": \"j\"}");
    write("chat_template.jinja", "j");
    assertThat(ChatTemplates.find(folder).overruled()).isEmpty();
  }

  @Test
  void severalTemplatesHaveNames() throws Exception {
    write("tokenizer_config.json", NAMED);
    ChatTemplates templates = ChatTemplates.find(folder);
    assertThat(templates.names()).containsExactly("tool_use", "default");
    assertThat(byDefault().source()).isEqualTo("d");
    assertThat(templates.named("tool_use", Map.of()).source()).isEqualTo("t");
    assertThatThrownBy(() -> templates.named("rag", Map.of())).isInstanceOf(UsageException.class)
        .hasMessageContaining("tool_use, default");
    write("additional_chat_templates/rag.jinja", "r");
    write("chat_template.jinja", "j");
    assertThat(ChatTemplates.find(folder).names()).containsExactly("default", "rag");
  }

  @Test
  void oneOfSeveralMustBeTheDefault() throws Exception {
    write("tokenizer_config.json", NAMED.replace("\"default\"", "\"rag\""));
    assertThatThrownBy(this::byDefault).isInstanceOf(UsageException.class).hasMessageContaining("rag");
    write("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"only\", \"template\": \"o\"}]}");
    assertThatThrownBy(this::byDefault).as("of another purpose, alone or not").isInstanceOf(UsageException.class)
        .hasMessageContaining("only");
  }

  /// transformers 5.18 takes a folder of named templates in place of the config's and then asks for a name.
  @Test
  void aTemplateForAnotherPurposeDoesNotBecomeTheDefault() throws Exception {
    write("tokenizer_config.json", "{\"chat_template\": \"c\"}");
    write("additional_chat_templates/tool.jinja", "t");
    assertThatThrownBy(this::byDefault).isInstanceOf(UsageException.class).hasMessageContaining("tool")
        .hasMessageContaining("tokenizer_config.json");
    assertThat(ChatTemplates.find(folder).named("tool", Map.of()).source()).isEqualTo("t");
  }

  /// Of the default where it has some, else of another; a template need not be readable for it.
  @Test
  void markersOfThoughtsAreKnownWithoutAChat() throws Exception {
    assertThat(ChatTemplates.find(folder).thinking()).isEmpty();
    write("tokenizer_config.json", "{\"chat_template\": \"{{ '[/THINK]' \"}");
    assertThat(ChatTemplates.find(folder).thinking()).hasValue(new ThinkingMarkers("[THINK]", "[/THINK]"));
    write("chat_template.jinja", "{{ '</think>' }}");
    write("additional_chat_templates/a.jinja", "[/THINK]");
    assertThat(ChatTemplates.find(folder).thinking()).hasValue(new ThinkingMarkers("<think>", "</think>"));
    write("chat_template.jinja", "none");
    assertThat(ChatTemplates.find(folder).thinking()).hasValue(new ThinkingMarkers("[THINK]", "[/THINK]"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"[] | not a JSON object", "{ | not valid JSON"})
  void brokenFilesAreRefused(String content, String message) throws Exception {
    write("tokenizer_config.json", content);
    assertThatThrownBy(() -> ChatTemplates.find(folder)).isInstanceOf(CheckpointException.class)
        .hasMessageContaining(message);
  }

  /// The checkpoint is of use without its template.
  private void assertRefusedWhenAskedFor(String message) throws CheckpointException {
    ChatTemplates templates = ChatTemplates.find(folder);
    assertThat(templates.isEmpty()).isFalse();
    assertThat(templates.thinking()).isEmpty();
    assertThatThrownBy(() -> templates.byDefault(Map.of())).isInstanceOf(UsageException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"chat_template\": [{\"name\": 1}]}", "{\"chat_template\": [1]}"})
  void aListWithoutNamesIsRefusedWhenItIsAskedFor(String content) throws Exception {
    write("tokenizer_config.json", content);
    assertRefusedWhenAskedFor("'name' and 'template'");
  }

  @Test
  void aTemplateOfTenMegabytesIsRefusedUnread() throws Exception {
    write("chat_template.jinja", "x".repeat(10 << 20));
    assertRefusedWhenAskedFor("larger than 2 MiB");
    Files.delete(folder.resolve("chat_template.jinja"));
    write("tokenizer_config.json", "{\"chat_template\": \"" + "x".repeat(Template.LARGEST + 1) + "\"}");
    assertRefusedWhenAskedFor("characters");
  }

  @Test
  void aTemplateIsReadWhenItIsAskedFor() throws Exception {
    write("chat_template.jinja", "{% frobnicate %}");
    assertRefusedWhenAskedFor("frobnicate");
  }

  @Test
  void aFileThatIsNoTextIsRefused() throws Exception {
    Files.write(folder.resolve("chat_template.jinja"), new byte[]{(byte) 0xff, 'a'});
    assertRefusedWhenAskedFor("UTF-8");
  }
}
