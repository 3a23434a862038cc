package org.striatum.cli.engine;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.striatum.cli.process.CheckpointProcess;
import org.striatum.cli.process.ProcessEnd;
import org.striatum.probe.run.UserCache;

/// Runs a command line in another JVM with the options of this one behind those of a [unit's compiler][UnitCompiler]; both end together.
///
/// @param mainClass that takes the command
/// @param note told the most private memory that each took
public record UnitProcess(String mainClass, Consumer<String> note) {
  private static final List<String> PROPERTIES = List.of("ai.djl.offline", "striatum.home", "striatum.cache",
      "org.slf4j.simpleLogger.defaultLogLevel");

  /// Runs a command and waits.
  ///
  /// @param name for people
  /// @param log file that takes its output and messages
  public UnitEnd run(String name, List<String> command, Path log) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(UnitCompiler.OPTIONS);
    arguments.addAll(options());
    arguments.add(mainClass);
    arguments.addAll(command);
    Redirect appended = Redirect.appendTo(log.toFile());
    try (CheckpointProcess process = CheckpointProcess.start(arguments, UserCache.folder().resolve("crashes"), appended,
        appended)) {
      Thread end = new Thread(process::end, "end-the-unit"); // Ctrl-C
      Runtime.getRuntime().addShutdownHook(end);
      ProcessEnd reached = process.await();
      process.privateMemory().ifPresent(bytes -> note.accept(
          "%s: at most %.0f MB of private memory".formatted(name, bytes / 1e6)));
      UnitEnd ended = UnitEnd.of(reached, process.failure());
      if (ended.kind() != UnitEnd.Kind.INTERRUPTED) {
        Runtime.getRuntime().removeShutdownHook(end);
      }
      return ended;
    }
  }

  /// The options of this JVM, without agents and debuggers, which belong to one process.
  private static List<String> options() {
    List<String> options = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-javaagent") && !option.startsWith("-agent")
            && !option.startsWith("-XX:ErrorFile") && !option.startsWith("-Djava.io.tmpdir")
            && PROPERTIES.stream().noneMatch(name -> option.startsWith("-D" + name)))
        .toList());
    PROPERTIES.stream().filter(name -> System.getProperty(name) != null)
        .forEach(name -> options.add("-D" + name + "=" + System.getProperty(name)));
    return options;
  }
}
