package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.process.Supervisor;

/// Commands that load every native library: ONNX Runtime, the tokenizers, DuckDB; PyTorch. Their home is empty, and so it stays.
@EnabledOnOs(OS.LINUX)
class NothingIsSentTest {
  private static final String STRACE = "/usr/bin/strace";
  /// Calls that make something leave the machine, with the address that they name.
  private static final Pattern SENT = Pattern.compile("\\b(connect|sendto|sendmsg|sendmmsg)\\(.*AF_INET");
  private static final List<String> OF_THE_CACHE = List.of("content", "crashes", "libraries", "parity");

  @TempDir
  private Path folder;

  @BeforeEach
  void places() throws IOException {
    for (String name : List.of("home", "tmp", "here")) {
      Files.createDirectory(folder.resolve(name));
    }
  }

  private void run(List<String> wrapper, Path input, String... words) throws Exception {
    List<String> command = new ArrayList<>(wrapper);
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of("-Djava.io.tmpdir=" + folder.resolve("tmp"), Supervisor.class.getName(),
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Duser.home=" + folder.resolve("home"), "-Xmx1g"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.add(Striatum.class.getName());
    command.addAll(Arrays.asList(words));
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.resolve("here").toFile())
        .redirectErrorStream(true).redirectOutput(said.toFile()).redirectInput(input.toFile());
    builder.environment().keySet().removeAll(List.of("ORT_DISABLE_TELEMETRY", "OPT_OUT_TRACKING", "XDG_CACHE_HOME"));
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().put("TMPDIR", folder.resolve("tmp").toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    assertThat(builder.start().waitFor()).as(Files.readString(said)).isZero();
  }

  /// Rollouts of problems from a table, in a run folder.
  private void rollouts(List<String> wrapper) throws Exception {
    Path problems = Files.writeString(folder.resolve("problems.csv"), "question,answer\n1+2=,3\n");
    run(wrapper, Path.of("/dev/null"), "rollouts", Session.REASONER.toAbsolutePath().normalize().toString(), "--data",
        problems.toString(), "--columns", "prompt=question,answer=answer", "--grader", "number", "--max-new-tokens",
        "9", "--output", folder.resolve("run").toString());
  }

  /// A line of Java that has PyTorch compute something.
  private void network(List<String> wrapper) throws Exception {
    Path line = Files.writeString(folder.resolve("line.jsh"), """
        org.striatum.peft.network.Mlp.random(new int[]{2, 3, 2}, new SplittableRandom(1)).logits(new float[4])
        """);
    run(wrapper, line, "shell");
  }

  private static List<String> names(Path place) throws IOException {
    try (Stream<Path> found = Files.list(place)) {
      return found.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  @Tag("slow")
  void nothingIsWrittenOutsideOfRunAndCache() throws Exception {
    rollouts(List.of());
    network(List.of());
    assertThat(folder.resolve("home")).isEmptyDirectory();
    assertThat(folder.resolve("here")).isEmptyDirectory();
    assertThat(folder.resolve("tmp")).isEmptyDirectory();
    assertThat(names(folder.resolve("cache"))).isSubsetOf(OF_THE_CACHE);
    assertThat(folder.resolve("cache/libraries")).isDirectoryContaining("glob:**onnxruntime-*");
    assertThat(folder.resolve("cache/libraries/djl")).isNotEmptyDirectory();
  }

  @Test
  @Tag("slow")
  void noConnectionIsAskedFor() throws Exception {
    assumeTrue(Files.isExecutable(Path.of(STRACE)), "no strace: whether connections are asked for is not known");
    Path trace = folder.resolve("trace");
    List<String> traced = List.of(STRACE, "-f", "-qq", "--seccomp-bpf", "-e", "trace=network,execve", "-A", "-o",
        trace.toString());
    rollouts(traced);
    network(traced);
    List<String> calls = Files.readAllLines(trace);
    assertThat(calls).as("every process was watched").filteredOn(call -> call.contains("execve(")
        && call.contains(Striatum.class.getName())).isNotEmpty();
    assertThat(calls).noneMatch(SENT.asPredicate());
  }
}
