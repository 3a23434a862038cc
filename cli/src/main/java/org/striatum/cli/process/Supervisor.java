package org.striatum.cli.process;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.run.UserCache;

/// The launcher's process: it is small, starts another process with the command line, waits, and survives to report how
/// that process ended. Its arguments are those of `java`: options, main class, arguments. It needs only this package, and
/// avoids whatever makes a JVM start slowly.
public final class Supervisor {
  private static final int USAGE = 2;
  private static final int GRACE_SECONDS = 5;
  /// What Java makes of letters that the locale does not have.
  private static final char UNREAD = '\ufffd';

  private Supervisor() {}

  public static void main(String[] arguments) throws Exception {
    for (String word : arguments) {
      if (word.indexOf(UNREAD) >= 0 && !"UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
        // The command would get other letters, and write into a folder of another name.
        refuse("'".concat(word).concat("' has letters that the locale lacks: LC_ALL=C.UTF-8 has them all"));
        return;
      }
    }
    CheckpointProcess process;
    try {
      process = CheckpointProcess.start(List.of(arguments), UserCache.folder().resolve("crashes"));
    } catch (UsageException noCache) {
      refuse(noCache.getMessage().concat(": STRIATUM_CACHE names another"));
      return;
    } catch (IOException unwritable) {
      refuse("temporary files cannot be written: ".concat(String.valueOf(unwritable.getMessage()))
          .concat("; TMPDIR names another place"));
      return;
    }
    // Ctrl-C: the other process ends first and says how to go on; then this one, when it has left and deleted what it has to, with
    // the signal's exit code.
    CountDownLatch done = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread("end-the-command") {
      @Override
      public void run() {
        process.end();
        try {
          boolean _ = done.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
          // at once, then
        }
      }
    });
    int code;
    try {
      code = watch(process);
    } finally {
      done.countDown();
    }
    System.exit(code); // after Ctrl-C this waits for the signal's own exit code
  }

  private static int watch(CheckpointProcess process) throws IOException, InterruptedException {
    process.sweep();
    ProcessEnd end = process.await();
    Optional<String> message = end.message();
    if (message.isPresent()) {
      System.err.println("striatum: ".concat(OneLine.of(message.get())));
    }
    process.leave(end);
    process.close();
    return end.exitCode();
  }

  private static void refuse(String message) {
    System.err.println("striatum: ".concat(OneLine.of(message)));
    System.exit(USAGE);
  }
}
