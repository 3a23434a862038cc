package org.striatum.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.striatum.studies.shares.SharesFailedException;
import org.striatum.probe.run.UserCache;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.OtherFormatException;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.UnfinishedStudyException;
import picocli.CommandLine.ParameterException;

/// The exit codes, and the one-line messages.
public final class ExitCode {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int CHECKPOINT = 3;
  public static final int BAD_DATA = 4;
  /// Not finished, but the same command continues: some checkpoints of a scan failed, or the disk is full.
  public static final int PARTIAL = 5;
  public static final int INTERRUPTED = 130;

  private ExitCode() {}

  /// Reports the failure in one line, with a stack trace only on request.
  public static int report(Throwable failure, Console console, boolean debug) {
    if (failure instanceof UncheckedIOException wrapped) {
      return report(wrapped.getCause(), console, debug);
    }
    if (failure.getCause() instanceof InterruptedException interrupted) {
      return report(interrupted, console, debug);
    }
    String message = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    int code = switch (failure) {
      case CheckpointException _ -> CHECKPOINT;
      case NoSuchFileException missing -> {
        message = missing.getFile() + " does not exist";
        yield BAD_DATA;
      }
      case AccessDeniedException denied -> {
        message = denied.getFile() + ": permission denied";
        yield BAD_DATA;
      }
      case IOException _ when DiskFullException.isSaidBy(failure) -> {
        message = failure instanceof DiskFullException
            ? message
            : "the disk is full (" + message
                + "): free some space and run the same command again, finished steps are kept";
        yield PARTIAL;
      }
      case SharesFailedException _ -> PARTIAL;
      case OtherFormatException other when !other.isOfALaterVersion() -> {
        message += ": `striatum study CHECKPOINT --output NEW` makes a new run";
        yield BAD_DATA;
      }
      case IOException _ -> BAD_DATA;
      case UnfinishedStudyException unfinished -> {
        message += ": run `striatum " + unfinished.study() + "` first";
        yield USAGE;
      }
      case ParameterException _,UsageException _,NotEnoughData _ -> USAGE;
      case InterruptedException _ -> INTERRUPTED;
      case OutOfMemoryError _ -> {
        message = "out of memory (" + message
            + "): allow more with STRIATUM_JAVA_OPTIONS=-Xmx8g, or use a smaller --limit";
        yield FAILED;
      }
      default -> {
        message = "failed: " + message + trace(failure);
        yield FAILED;
      }
    };
    console.failed(code, Remedies.explained(message, failure));
    if (debug) {
      failure.printStackTrace(console.err());
    }
    return code;
  }

  /// Writes the stack trace of a bug to a file, and returns a text that names the file.
  private static String trace(Throwable failure) {
    try {
      Path folder = Files.createDirectories(UserCache.folder().resolve("crashes"));
      Path file = Files.createTempFile(folder, "striatum-", ".trace");
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      Files.writeString(file, trace.toString());
      return "; this is a bug, the stack trace is in " + file;
    } catch (IOException _) {
      return " (--debug shows the stack trace)";
    }
  }
}
