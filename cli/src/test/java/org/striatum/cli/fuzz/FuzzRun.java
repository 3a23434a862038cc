package org.striatum.cli.fuzz;

import static org.striatum.cli.Session.REASONER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.striatum.cli.Session;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

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

  /// Saved states of two completions.
  static void states(Path file) throws IOException {
    List<Declared> tensors = List.of(new Declared("rollout_index", DType.I32, List.of(3L)),
        new Declared("token_ids", DType.I32, List.of(3L)),
        new Declared("blocks.0.hook_resid_post", DType.F32, List.of(3L, 2L)));
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, new TreeMap<>())) {
      writer.append("rollout_index", new int[]{0, 0, 1}, 0, 3);
      writer.append("token_ids", new int[]{5, 6, 5}, 0, 3);
      writer.append("blocks.0.hook_resid_post", new float[]{1, 2, 3, 4, 5, 6}, 0, 6);
    }
  }

  private static void succeed(Object... arguments) {
    Session session = Session.of(arguments);
    if (session.code() != ExitCode.DONE) {
      throw new IllegalStateException(session.err());
    }
  }

  /// Runs a command that reads the run; a bug is a failure.
  static void command(Object... arguments) {
    Session session = Session.of(arguments);
    if (session.code() == ExitCode.FAILED) {
      throw new IllegalStateException(session.err().lines().findFirst().orElse(""));
    }
  }
}
