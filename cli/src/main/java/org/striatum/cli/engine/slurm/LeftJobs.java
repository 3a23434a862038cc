package org.striatum.cli.engine.slurm;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.striatum.probe.run.UsageException;

/// Jobs whose driver has died: the file with a job's name lies in its driver's folder until all of the job has ended. Whoever works in that
/// folder next, with whatever engine, ends the job first, because its tasks would write there too.
///
/// @param slurm its programs
/// @param pause between two questions whether a job has ended
/// @param note told which jobs are cancelled
record LeftJobs(Slurm slurm, Duration pause, Consumer<String> note) {
  static final String FOLDER = ".slurm";
  static final String NAME = "job.txt";
  private static final Duration ENDING = Duration.ofSeconds(90);

  /// Jobs of the SLURM that this process sees.
  static LeftJobs here(Consumer<String> note) {
    return new LeftJobs(new Slurm(System.getenv()), SlurmRunner.Pace.GENTLE.first().dividedBy(2), note);
  }

  /// Ends every job that was left below a folder. The caller holds the folder's lock: a job's driver does while it lives.
  ///
  /// @throws UsageException if there may be one, and SLURM's programs are not here
  void endAll(Path folder) throws IOException {
    for (Path file : files(folder)) {
      try {
        slurm.require();
      } catch (UsageException missing) {
        throw new UsageException(
            "job %s of SLURM may still write to %s, and %s; `scancel --name=%1$s` there, then delete %s"
                .formatted(name(file), folder, missing.getMessage(), file),
            missing);
      }
      try {
        end(file);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted.getMessage(), interrupted);
      }
    }
  }

  /// Files with names of jobs. Others may come and go meanwhile: a job writes.
  private static List<Path> files(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(folder, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (file.endsWith(Path.of(FOLDER, NAME))) {
          files.add(file);
        }
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException gone) {
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult postVisitDirectory(Path visited, IOException gone) {
        return FileVisitResult.CONTINUE;
      }
    });
    return files;
  }

  /// Ends the job that a file names, if there is such a file.
  void end(Path file) throws IOException, InterruptedException {
    if (!Files.isRegularFile(file)) {
      return;
    }
    String name = name(file);
    for (String job : slurm.named(name)) {
      note.accept("job " + job + " is of a process that has died: it is cancelled first");
    }
    if (!ended(name)) {
      throw new IOException("job " + String.join(", ", slurm.named(name)) + " does not end after scancel");
    }
    Files.deleteIfExists(file);
  }

  private static String name(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /// Cancels jobs of a name and waits until there are none, even where this thread is interrupted.
  boolean ended(String name) {
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + ENDING.toNanos();
    try {
      while (cancelled(name)) {
        if (System.nanoTime() > deadline) {
          return false;
        }
        try {
          Thread.sleep(pause);
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Cancels jobs of a name; whether there may be one still.
  boolean cancelled(String name) {
    try {
      List<String> jobs = slurm.named(name);
      for (String job : jobs) {
        slurm.cancel(job);
      }
      return !jobs.isEmpty();
    } catch (IOException _) {
      return true; // and the next driver's to end
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
