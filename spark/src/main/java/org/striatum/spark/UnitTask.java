package org.striatum.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;

/// What an executor does: it runs the script of a unit in processes of its own, so that whatever native code does there costs the unit.
/// An executor knows this class only, and may have an older Java than the rest.
final class UnitTask implements Function<String, UnitTask.Ran> {
  /// Files of other machines may be seen late.
  private static final long SEEN_MILLISECONDS = 10_000;
  private static final long POLL_MILLISECONDS = 100;
  /// Longer than a unit takes to end.
  private static final long GRACE_SECONDS = 30;
  private static final long serialVersionUID = 1L;

  /// The script, which ends when the pipe that it reads from does: with the executor, however that ends, or before.
  private static final String WATCHED = """
      exec 3<&0 </dev/null
      sh "$1" 3<&- &
      unit=$!
      { read -r _ <&3; kill -TERM $unit; sleep 25; kill -KILL $unit; } 2>/dev/null &
      watch=$!
      wait $unit
      code=$?
      kill $watch 2>/dev/null
      exit $code
      """;

  private final String launcher;
  private final String folder;

  /// @param launcher that the scripts call
  /// @param folder that they run in: relative paths are the sender's
  UnitTask(Path launcher, Path folder) {
    this.launcher = launcher.toString();
    this.folder = folder.toString();
  }

  /// What became of a script.
  ///
  /// @param host that ran it
  /// @param exitCode of it, 128 + number after a signal; [#NOT_RUN] if it was not run
  /// @param missing file that the host does not see, for which it was not run; otherwise empty
  record Ran(String host, int exitCode, String missing) implements Serializable {
    static final int NOT_RUN = -1;
  }

  @Override
  public Ran call(String script) throws IOException, InterruptedException {
    String host = InetAddress.getLocalHost().getHostName();
    if (TaskContext.get().attemptNumber() > 0) { // Spark does not count the end of a machine, and begins anew
      return new Ran(host, Ran.NOT_RUN, "");
    }
    for (String file : new String[]{script, launcher, folder}) {
      if (!isSeen(Path.of(file))) {
        return new Ran(host, Ran.NOT_RUN, file);
      }
    }
    // What the shell itself has to say is beside the script; the unit's own output is in its log.
    Process process = new ProcessBuilder("/bin/sh", "-c", WATCHED, "unit", script).directory(Path.of(folder).toFile())
        .redirectErrorStream(true).redirectOutput(output(Path.of(script)).toFile()).start();
    try {
      return new Ran(host, process.waitFor(), "");
    } finally {
      process.getOutputStream().close();
      if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }

  /// What the shell that runs a script said.
  static Path output(Path script) {
    return script.resolveSibling(script.getFileName() + ".txt");
  }

  private static boolean isSeen(Path file) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEEN_MILLISECONDS);
    while (!Files.isReadable(file)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(POLL_MILLISECONDS);
    }
    return true;
  }
}
