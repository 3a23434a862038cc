package org.striatum.cli.engine.slurm;

import java.util.Set;

/// A task of an array job, as SLURM tells of it.
///
/// @param state in SLURM's words, such as `RUNNING`
/// @param node it runs or ran on; empty if none was given to it
/// @param reason why it waits or ended
/// @param code that its script ended with
record SlurmTask(String state, String node, String reason, int code) {
  /// One that SLURM no longer knows.
  static final SlurmTask FORGOTTEN = new SlurmTask("FORGOTTEN", "", "", 0);

  private static final Set<String> WAITING = Set.of("PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED");
  /// It would wait until somebody lets it go.
  private static final Set<String> HELD = Set.of("REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD");
  private static final Set<String> OVER = Set.of("BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED",
      "FORGOTTEN", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT");

  boolean isWaiting() {
    return WAITING.contains(state) && !isHeld();
  }

  /// Whether it will not run although it is not over: SLURM holds a job that could not be launched.
  boolean isHeld() {
    return HELD.contains(state)
        || (state.equals("PENDING") && (reason.contains("launch failed") || reason.equals("JobHeldAdmin")));
  }

  boolean isOver() {
    return OVER.contains(state);
  }

  boolean isCancelled() {
    return state.equals("CANCELLED");
  }

  /// What is known of its end, for people.
  String end() {
    String where = node.isEmpty() ? "" : " on " + node;
    String why = reason.isEmpty() || reason.equals("None") ? "" : " (" + reason + ")";
    return switch (state) {
      case "COMPLETED", "FAILED" -> "ended%s with code %d and left no word%s".formatted(where, code, why);
      case "FORGOTTEN" -> "left no word, and SLURM no longer knows of it";
      case "OUT_OF_MEMORY" -> "took more memory%s than it was given".formatted(where);
      case "TIMEOUT" -> "took longer%s than it was given".formatted(where);
      default -> "is %s%s%s".formatted(state, where, why);
    };
  }
}
