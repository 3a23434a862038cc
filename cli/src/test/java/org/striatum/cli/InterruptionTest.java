package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.process.Supervisor;

/// Ctrl-C, and worse, in processes of their own, as the launcher starts them.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class InterruptionTest {
  @TempDir
  private Path folder;

  /// A command that generates for minutes, caught in the middle of it.
  private Process generating(Path run) throws Exception {
    Process process = start("rollouts", Session.REASONER.toString(), "--tasks", "add,mul,mod,expr", "--limit", "5000",
        "--max-new-tokens", "110", "--hang-limit", "30", "--output", run.toString());
    Path err = folder.resolve("err");
    // A first line of progress: it is generating.
    while (process.isAlive() && !Files.readString(err).contains("rollouts: ")) {
      Thread.sleep(50);
    }
    assertThat(process.isAlive()).as(() -> read(err) + process).isTrue();
    return process;
  }

  /// What is said when the process that generates gets a signal.
  private String signalled(String signal) throws Exception {
    Process process = generating(folder.resolve("run"));
    try {
      long command = process.children().findFirst().orElseThrow().pid();
      assertThat(new ProcessBuilder("kill", signal, Long.toString(command)).start().waitFor()).isZero();
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      assertThat(ProcessHandle.of(command)).isEmpty();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(3);
    assertThat(read(folder.resolve("out"))).isEmpty();
    return read(folder.resolve("err")).lines().filter(line -> line.startsWith("striatum: ") || line.contains("\tat "))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void anAbortedCommandNamesTheCheckpoint() throws Exception {
    assertThat(signalled("-ABRT")).hasLineCount(1).startsWith(
        "striatum: tiny-reasoner-step2000: the process that ran this checkpoint was killed by SIGABRT: ");
  }

  @Test
  void aCommandThatHangsIsEnded() throws Exception {
    assertThat(signalled("-STOP")).hasLineCount(1).startsWith(
        "striatum: tiny-reasoner-step2000: the process that ran this checkpoint made no progress for 30 s");
  }

  @Test
  void anInterruptedCommandSaysHowToGoOn() throws Exception {
    Path run = folder.resolve("run");
    Process process = generating(run);
    Path err = folder.resolve("err");
    try {
      assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor()).isZero();
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(() -> read(err)).isEqualTo(130);
    assertThat(read(err).lines().filter(line -> line.startsWith("striatum: "))).containsExactly(
        "striatum: interrupted: finished steps are kept, run the same command again to continue");
    assertThat(read(err).lines()).as("no stack trace").noneMatch(line -> line.contains("\tat "));
    assertThat(read(folder.resolve("out"))).isEmpty();
    assertThat(Session.files(run)).noneMatch(name -> name.endsWith(".tmp")).doesNotContain("rollouts.jsonl");
    // It can go on: the lock ended with the process, and the settled inputs are the same.
    Session again = Session.of("rollouts", Session.REASONER, "--tasks", "add,mul,mod,expr", "--limit", 4999,
        "--max-new-tokens", 110, "--output", run);
    assertThat(again.err()).contains("data.problems is 5000 there and 4999 here");
  }

  /// At a terminal there is a line that is written over, and Ctrl-C reaches both processes. `script` lends a terminal.
  @Test
  void ctrlCTypedAtATerminal() throws Exception {
    assumeThat(Path.of("/usr/bin/script")).isExecutable();
    ProcessBuilder command = command("rollouts", Session.REASONER.toString(), "--tasks", "add,mul,mod,expr", "--limit",
        "5000", "--max-new-tokens", "110", "--output", folder.resolve("run").toString());
    String line = command.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    Process process = command.command("/usr/bin/script", "-qec", line, "/dev/null").start();
    Path out = folder.resolve("out");
    try (OutputStream keyboard = process.getOutputStream()) {
      while (process.isAlive() && !read(out).contains(" of 20000 rollouts")) {
        Thread.sleep(50);
      }
      assertThat(process.isAlive()).as(() -> read(out) + process).isTrue();
      keyboard.write(3);
      keyboard.flush();
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(() -> read(out)).isEqualTo(130);
    assertThat(read(out)).containsOnlyOnce("striatum: interrupted: finished steps are kept");
    assertThat(Session.files(folder.resolve("run"))).noneMatch(name -> name.endsWith(".tmp"));
  }

  @Test
  void aCommandThatEndsSaysNothingOfIt() throws Exception {
    Process process = start("inspect", Session.REASONER.toString());
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(() -> read(folder.resolve("err"))).isZero();
    assertThat(read(folder.resolve("err"))).contains("inspected in").doesNotContain("interrupted");
    assertThat(read(folder.resolve("out"))).contains("qwen2");
  }

  /// A shell may have left SIGINT ignored in this process; `env` gives the child the usual one.
  private ProcessBuilder command(String... arguments) {
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.addAll(List.of(Supervisor.class.getName(), "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "-Dai.djl.offline=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Xmx1g"));
    command.addAll(CommandGroup.SHORT_LIVED);
    command.add(Striatum.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile());
    // Not on the command line: with a GPU library present, native code was seen to crash on very long ones.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    return builder;
  }

  private Process start(String... arguments) throws IOException {
    return command(arguments).start();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
