package org.striatum.cli.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a process that ran a checkpoint ended.
public sealed interface ProcessEnd {
  /// The exit code for a checkpoint that could not be run.
  int CHECKPOINT_FAILED = 3;
  /// The exit code for a command that died before it opened a checkpoint.
  int FAILED = 1;

  /// The exit code a command ends with.
  int exitCode();

  /// One line for people: what happened to which checkpoint and what to do. Empty if the process reported it itself.
  Optional<String> message();

  /// It ended by itself, successfully or with an error that it reported.
  ///
  /// @param message of the error where somebody else is to repeat it
  record Finished(int exitCode, Optional<String> message) implements ProcessEnd {
    public Finished(int exitCode) {
      this(exitCode, Optional.empty());
    }
  }

  /// A signal killed it: a native abort, a crash, the system out of memory.
  ///
  /// @param signal its name
  /// @param checkpoint that was open
  /// @param crashReport written by the JVM; empty if it did not write one
  record Killed(Signal signal, Optional<String> checkpoint, Optional<Path> crashReport) implements ProcessEnd {
    private static final String ASK_FOR_REPORT = "; STRIATUM_JAVA_OPTIONS=-XX:-SuppressFatalErrorMessage may leave a"
        + " crash report";

    @Override
    public int exitCode() {
      return checkpoint.isPresent() ? CHECKPOINT_FAILED : FAILED;
    }

    @Override
    public Optional<String> message() {
      return Optional.of("%s was killed by %s: %s%s".formatted(subject(checkpoint), signal.name(), signal.remedy(),
          crashReport.map(report -> "; crash report: " + report).orElse(signal.inNativeCode() ? ASK_FOR_REPORT : "")));
    }
  }

  /// It gave no sign of life for longer than allowed, and was killed.
  ///
  /// @param limit that was exceeded
  record Hung(Duration limit, Optional<String> checkpoint) implements ProcessEnd {
    @Override
    public int exitCode() {
      return checkpoint.isPresent() ? CHECKPOINT_FAILED : FAILED;
    }

    @Override
    public Optional<String> message() {
      return Optional.of(("%s made no progress for %d s and was ended: allow more with --hang-limit (0 for ever), or"
          + " try a smaller --batch-size").formatted(subject(checkpoint), limit.toSeconds()));
    }
  }

  private static String subject(Optional<String> checkpoint) {
    return checkpoint.map(name -> name + ": the process that ran this checkpoint").orElse("the command");
  }
}
