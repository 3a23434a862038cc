package org.striatum.cli.scan;

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

/// Runs a unit in another JVM with the same options; both end together.
///
/// @param mainClass that takes the unit's command
/// @param note told the most private memory that each unit took
public record LocalProcess(String mainClass, Consumer<String> note) implements UnitRunner {
  private static final List<String> PROPERTIES = List.of("ai.djl.offline", "striatum.home", "striatum.cache",
      "org.slf4j.simpleLogger.defaultLogLevel");

  @Override
  public ProcessEnd run(ScanUnit unit, Path log) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(options());
    arguments.add(mainClass);
    arguments.addAll(unit.command());
    Redirect appended = Redirect.appendTo(log.toFile());
    try (CheckpointProcess process = CheckpointProcess.start(arguments, UserCache.folder().resolve("crashes"), appended,
        appended)) {
      Thread end = new Thread(process::end, "end-the-unit"); // Ctrl-C
      Runtime.getRuntime().addShutdownHook(end);
      ProcessEnd reached = process.await();
      process.privateMemory().ifPresent(bytes -> note.accept(
          "%s: at most %.0f MB of private memory".formatted(unit.name(), bytes / 1e6)));
      if (!interrupted(reached)) {
        Runtime.getRuntime().removeShutdownHook(end);
      }
      return reached instanceof ProcessEnd.Finished(int code, _) && code != 0
          ? new ProcessEnd.Finished(code, process.failure())
          : reached;
    }
  }

  /// Whether a process ended because the whole scan was ended: SIGHUP, SIGINT, SIGTERM.
  static boolean interrupted(ProcessEnd end) {
    return end instanceof ProcessEnd.Finished finished && List.of(129, 130, 143).contains(finished.exitCode());
  }

  /// The options of this JVM, without agents and debuggers, which belong to one process.
  private static List<String> options() {
    List<String> options = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-javaagent") && !option.startsWith("-agent")
            && !option.startsWith("-XX:ErrorFile")
            && PROPERTIES.stream().noneMatch(name -> option.startsWith("-D" + name)))
        .toList());
    PROPERTIES.stream().filter(name -> System.getProperty(name) != null)
        .forEach(name -> options.add("-D" + name + "=" + System.getProperty(name)));
    return options;
  }
}
