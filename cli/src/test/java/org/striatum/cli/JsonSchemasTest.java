package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.cli.console.Console;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import picocli.CommandLine;

class JsonSchemasTest {
  /// Written anew with `-Dstriatum.schemas=write`, after a result has changed on purpose.
  @Test
  void everySchemaIsThatOfItsRecord() throws Exception {
    for (Map.Entry<String, ObjectNode> one : JsonSchemas.made().entrySet()) {
      Path file = JsonSchemas.file(one.getKey());
      byte[] made = RecordJson.pretty(one.getValue());
      if ("write".equals(System.getProperty("striatum.schemas"))) {
        Files.createDirectories(file.getParent());
        Files.write(file, made);
      }
      assertThat(file).hasBinaryContent(made);
    }
  }

  /// The test can fail: a word for a number, a verdict that is none, a component more.
  @Test
  void whatDoesNotFitIsSeen() {
    String good = "{\"format\":1,\"checkpoint\":{\"checkpoint\":\"m\",\"answers\":[{\"question\":\"readable\","
        + "\"findings\":[{\"of\":\"add\",\"verdict\":\"yes\",\"because\":\"\",\"remark\":null,\"task\":\"add\","
        + "\"evidence\":{\"figure\":\"AUROC\",\"unit\":\"auroc\",\"estimate\":{\"value\":0.7,\"low\":null,\"high\":0.8},"
        + "\"power\":null}}]}]},\"beside\":[]}";
    JsonSchemas.fits("answers", good);
    for (String bad : new String[]{good.replace("0.7", "\"0.7\""), good.replace("\"yes\"", "\"perhaps\""),
        good.replace("\"beside\":[]", "\"beside\":[],\"more\":1"), good.replace("\"format\":1", "\"format\":2"),
        good.replace("\"task\":\"add\",", "")}) {
      assertThat(bad).isNotEqualTo(good);
      assertThatThrownBy(() -> JsonSchemas.fits("answers", bad)).isInstanceOf(AssertionError.class);
    }
  }

  /// The test of figures can fail, and texts that hold a number elsewhere pass.
  @Test
  void aFigureInQuotesIsSeen() {
    for (String bad : List.of("3", "−1.5", "26.1 MB, F32", "8 × 32, 4 key-value", "5%", "1e-4", "0.3 s", "NaN")) {
      assertThatThrownBy(() -> FigureWords.none("x", "{\"a\":[{\"b\":\"" + bad + "\"}]}")).as(bad)
          .isInstanceOf(AssertionError.class);
    }
    FigureWords.none("x", "{\"a\":\"add-3\",\"b\":3.5,\"c\":\"Infinity\",\"prompt\":\"3 + 4\","
        + "\"sha256\":\"3e5f00aa\",\"version\":\"2.0.1-beta\"}");
  }

  /// Every command takes `--json` and has a schema, but for the shell, which prints what is typed, and the help.
  @Test
  void noCommandIsWithoutASchema() throws Exception {
    Map<String, CommandLine> commands = Striatum
        .commandLine(new Console(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()),
            Progress.NONE))
        .getSubcommands();
    assertThat(commands).allSatisfy((name, command) -> {
      if (command.getCommandSpec().findOption("--json") != null) {
        assertThat(JsonSchemas.file(JsonSchemas.name(List.of(name)))).exists();
      }
    });
    assertThat(
        commands.keySet().stream().filter(name -> commands.get(name).getCommandSpec().findOption("--json") == null))
        .containsExactlyInAnyOrder("demo", "shell", "help");
    assertThat(Files.readString(Path.of("..", "README.md"))).contains("`--json`, but on\n`shell`");
    assertThat(new String(RecordJson.compact(1.5), StandardCharsets.UTF_8)).as("numbers are numbers").isEqualTo("1.5");
  }
}
