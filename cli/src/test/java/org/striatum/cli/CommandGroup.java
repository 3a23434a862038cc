package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.striatum.cli.process.Supervisor;

/// A command in processes as the launcher starts them, in a group of their own that can be killed whole. Linux only.
///
/// @param process the group's first
/// @param errors file of what it says on standard error
record CommandGroup(Process process, Path errors) {
  private static final int SIGKILL = 9;
  /// Options of a JVM that lives for seconds.
  static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  @SuppressWarnings("restricted") // a process group is killed at once only by the system call
  private static final MethodHandle KILL = Linker.nativeLinker().downcallHandle(
      Linker.nativeLinker().defaultLookup().find("kill").orElseThrow(),
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  /// Starts a command.
  ///
  /// @param folder for its caches and what it says on standard error
  static CommandGroup start(Path folder, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("setsid",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m"));
    command.addAll(SHORT_LIVED);
    command.addAll(List.of(Supervisor.class.getName(), "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", "-Dai.djl.offline=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Xmx1g"));
    command.addAll(SHORT_LIVED);
    command.add(Striatum.class.getName());
    command.addAll(arguments);
    Path errors = folder.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD)
        .redirectError(errors.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    return new CommandGroup(builder.start(), errors);
  }

  /// Kills all of its processes (SIGKILL).
  void kill() throws InterruptedException {
    kill((int) -process.pid());
    process.waitFor();
  }

  /// Kills only the process under the first, which does the work.
  void killWorker() throws InterruptedException {
    kill((int) process.children().findFirst().orElseThrow().pid());
    process.waitFor();
  }

  private static void kill(int target) {
    try {
      assertThat((int) KILL.invokeExact(target, SIGKILL)).isZero();
    } catch (Throwable failed) {
      throw new IllegalStateException("kill " + target, failed);
    }
  }

  /// Waits until it is done.
  void finish() throws Exception {
    assertThat(process.waitFor(20, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(said()).isZero();
  }

  String said() throws IOException {
    return Files.readString(errors);
  }
}
