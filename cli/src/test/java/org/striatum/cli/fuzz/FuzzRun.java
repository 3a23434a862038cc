package org.striatum.cli.fuzz;

import static org.striatum.cli.Session.REASONER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.cli.Session;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.BadDataException;

/// A small run with rollouts, states and probes, made once a process.
final class FuzzRun {
  private static Path made;

  private FuzzRun() {}

  static synchronized void copy(Path to) throws IOException {
    if (made == null) {
      Path run = Files.createTempDirectory("striatum-fuzz-run-").resolve("run");
      succeed("rollouts", REASONER, "--tasks", "mul", "--limit", 40, "--max-new-tokens", 110, "--output", run);
      succeed("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks", "blocks.2.hook_resid_post");
      succeed("probe", run, "--epochs", 1, "--permutations", 1, "--planted", 0);
      made = run;
    }
    Session.copy(made, to);
  }

  private static void succeed(Object... arguments) {
    Session session = Session.of(arguments);
    if (session.code() != ExitCode.DONE) {
      throw new IllegalStateException(session.err());
    }
  }

  /// Runs a command that reads what was made wrong; a bug is a failure.
  static void command(Object... arguments) throws IOException {
    Session session = Session.of(arguments);
    if (session.code() == ExitCode.FAILED) {
      throw new IllegalStateException(session.err().lines().findFirst().orElse(""));
    }
    if (session.code() != ExitCode.DONE) {
      throw new BadDataException(session.err());
    }
  }
}
