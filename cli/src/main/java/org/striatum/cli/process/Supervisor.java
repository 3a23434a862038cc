package org.striatum.cli.process;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.run.UserCache;

/// The launcher's process: it is small, starts another process with the command line, waits, and survives to report how
/// that process ended. Its arguments are those of `java`: options, main class, arguments. It needs only this package, and
/// avoids whatever makes a JVM start slowly.
public final class Supervisor {
  private static final int USAGE = 2;

  private Supervisor() {}

  public static void main(String[] arguments) throws Exception {
    CheckpointProcess process;
    try {
      process = CheckpointProcess.start(List.of(arguments), UserCache.folder().resolve("crashes"));
    } catch (UsageException noCache) {
      refuse(noCache.getMessage().concat(": STRIATUM_CACHE names another"));
      return;
    } catch (IOException unwritable) {
      refuse("temporary files cannot be written: ".concat(unwritable.toString()));
      return;
    }
    // Ctrl-C: the other process ends first and says how to go on; then this one, with the signal's exit code.
    Runtime.getRuntime().addShutdownHook(new Thread("end-the-command") {
      @Override
      public void run() {
        process.end();
      }
    });
    ProcessEnd end = process.await();
    Optional<String> message = end.message();
    if (message.isPresent()) {
      System.err.println("striatum: ".concat(OneLine.of(message.get())));
    }
    process.close();
    System.exit(end.exitCode()); // after Ctrl-C this waits for the signal's own exit code
  }

  private static void refuse(String message) {
    System.err.println("striatum: ".concat(OneLine.of(message)));
    System.exit(USAGE);
  }
}
