package org.striatum.cli.engine;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.striatum.cli.process.CheckpointProcess;
import org.striatum.cli.process.Supervision;

/// A unit that does what its command says: `append FILE WORD`, `options FILE` (those of its Java), `exit CODE MESSAGE`, `wait FILE` (after it has written its process there),
/// `kill` or `die` (by SIGKILL; a launcher dies with what runs the unit too).
public final class StandInUnit {
  private StandInUnit() {}

  public static void main(String[] words) throws Exception {
    Supervision own = CheckpointProcess.supervision(); // as the program: it ends with its supervisor
    switch (words[0]) {
      case "append" -> Files.write(Path.of(words[1]), List.of(words[2]), StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      case "options" -> Files.write(Path.of(words[1]), ManagementFactory.getRuntimeMXBean().getInputArguments());
      case "exit" -> {
        own.failed(Integer.parseInt(words[1]), words[2]);
        System.exit(Integer.parseInt(words[1]));
      }
      case "wait" -> {
        Path file = Path.of(words[1]);
        Path written = Files.writeString(file.resolveSibling(file.getFileName() + ".tmp"),
            Long.toString(ProcessHandle.current().pid()));
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        Thread.sleep(Duration.ofMinutes(10));
      }
      case "kill", "die" -> new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid())).start()
          .waitFor();
      default -> throw new IllegalArgumentException(words[0]);
    }
  }
}
