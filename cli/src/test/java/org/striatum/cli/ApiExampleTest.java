package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The example of docs/api.md, as a program and in the shell: what the page says it prints, it prints.
class ApiExampleTest {
  private static final Path PAGE = Path.of("../docs/api.md");

  @TempDir
  private Path folder;

  @BeforeEach
  void theCheckpointLiesWhereTheExampleSays() throws IOException {
    Files.createSymbolicLink(folder.resolve("checkpoints"), Path.of("../checkpoints").toRealPath());
  }

  /// The first block of a language after a heading.
  private static String block(String heading, String language) throws IOException {
    String page = Files.readString(PAGE);
    String fence = "```" + language + "\n";
    int from = page.indexOf(fence, page.indexOf("## " + heading)) + fence.length();
    return page.substring(from, page.indexOf("```", from));
  }

  private static String imports() throws IOException {
    try (InputStream imports = ShellCommand.class.getResourceAsStream("shell.jsh")) {
      return new String(imports.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Process started(Redirect input, Redirect errors, String... words) throws IOException {
    List<String> command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "-Dai.djl.offline=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
        "-Dstriatum.cache=" + Path.of("target/striatum-cache").toAbsolutePath()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectInput(input)
        .redirectError(errors);
    builder.environment().put("CLASSPATH", folder + ":" + System.getProperty("java.class.path"));
    return builder.start();
  }

  private List<String> printed(Redirect input, String... words) throws Exception {
    Process process = started(input, Redirect.INHERIT, words);
    List<String> lines;
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      lines = out.lines().toList();
    }
    assertThat(process.waitFor()).as("exit code, after %s", lines).isZero();
    return lines;
  }

  @Test
  @Tag("slow")
  void asAProgramItPrintsWhatThePageShows() throws Exception {
    String body = imports()
        + "public class Example {\n  public static void main(String[] arguments) throws Exception {\n"
        + block("A run from Java", "java") + "  }\n}\n";
    Path source = Files.writeString(folder.resolve("Example.java"), body);
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(), "-cp",
        System.getProperty("java.class.path"), source.toString())).as("javac").isZero();
    List<String> lines = printed(Redirect.PIPE, "Example");
    assertThat(lines).containsExactlyElementsOf(block("A run from Java", "text").lines().toList());
    assertThat(folder.resolve("run/results/ablate/mine.json")).exists();
    assertThat(folder.resolve("run/report.html")).content().contains("mine");
  }

  @Test
  @Tag("slow")
  void inTheShellItPrintsTheSame() throws Exception {
    Path script = Files.writeString(folder.resolve("example.jsh"), block("A run from Java", "java"));
    List<String> lines = printed(Redirect.from(script.toFile()), Striatum.class.getName(), "shell");
    assertThat(lines).containsAll(block("A run from Java", "text").lines().toList());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      1 / 0           | 2
      int x = (       | 2
      System.exit(7); | 7
      """)
  @Tag("slow")
  void withoutATerminalAFailureInTheShellIsItsExitCode(String line, int code) throws Exception {
    Path script = Files.writeString(folder.resolve("line.jsh"), line + "\n");
    Path errors = folder.resolve("errors");
    Process process = started(Redirect.from(script.toFile()), Redirect.to(errors.toFile()), Striatum.class.getName(),
        "shell");
    process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as(Files.readString(errors)).isEqualTo(code);
    assertThat(errors).content().doesNotContain("interrupted");
  }

  @Test
  @Tag("slow")
  void theShellTakesItsInputWithoutATerminal() throws Exception {
    theShellTakes("Hooks and gates by hand");
  }

  @Test
  @Tag("slow")
  void theShellTakesTheOtherExample() throws Exception {
    theShellTakes("Directions, patching, lens, attention");
  }

  private void theShellTakes(String heading) throws Exception {
    Path script = Files.writeString(folder.resolve("gate.jsh"), block(heading, "java"));
    List<String> lines = printed(Redirect.from(script.toFile()), Striatum.class.getName(), "shell");
    assertThat(lines.stream().collect(Collectors.joining("\n")))
        .contains(block(heading, "text").strip());
  }
}
