package org.striatum.cli.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.striatum.probe.run.UserCache;

/// A JVM that runs a checkpoint, watched from outside: if native code aborts, the system kills it or it hangs, the result
/// here is only a [ProcessEnd].
/// The process has the class path of this one, unless its arguments give another, and reports what it runs by [#supervision]. It ends when this one ends, for whatever reason about. Whoever
/// starts it closes it. Used by one thread, but for [#end].
public final class CheckpointProcess implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final Process process;
  private final LifeSigns signs;
  private final Path crashReport;
  private OptionalLong privateMemory = OptionalLong.empty();

  private CheckpointProcess(Process process, LifeSigns signs, Path crashReport) {
    this.process = process;
    this.signs = signs;
    this.crashReport = crashReport;
  }

  /// Starts a JVM that reads and writes where this one does.
  ///
  /// @param arguments of `java`: options, main class, its arguments
  /// @param crashes folder for the JVM's crash reports, created if necessary
  public static CheckpointProcess start(List<String> arguments, Path crashes) throws IOException {
    return start(arguments, crashes, Redirect.INHERIT, Redirect.INHERIT);
  }

  /// Starts a JVM whose output and messages go elsewhere.
  public static CheckpointProcess start(List<String> arguments, Path crashes, Redirect out, Redirect err)
      throws IOException {
    LifeSigns signs = LifeSigns.create();
    try {
      Path folder = writable(crashes);
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      // A JVM that crashes says so on standard output, which holds results: not unless the arguments have it so. Then at
      // least nothing is left in the user's folder.
      command.add("-XX:+SuppressFatalErrorMessage");
      command.add("-XX:ErrorFile=".concat(folder.toString().replace("%", "%%")).concat("/hs_err_pid%p.log"));
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add("-D".concat(TemporaryFolder.PROPERTY).concat("=").concat(signs.folder().toString()));
      command.add("-Dstriatum.cache=".concat(UserCache.folder().toString())); // which may be among the temporary files here
      command.addAll(arguments); // the last -cp holds
      ProcessBuilder builder = new ProcessBuilder(command).redirectInput(Redirect.INHERIT).redirectOutput(out)
          .redirectError(err);
      builder.environment().put("ORT_DISABLE_TELEMETRY", "1"); // ONNX Runtime sends usage data by default
      builder.environment().put(LifeSigns.VARIABLE, signs.path().toString());
      Process process = builder.start();
      return new CheckpointProcess(process, signs,
          folder.resolve("hs_err_pid".concat(Long.toString(process.pid())).concat(".log")));
    } catch (IOException | RuntimeException failed) {
      signs.close();
      throw failed;
    }
  }

  /// The folder, or that of temporary files if it cannot be created.
  private static Path writable(Path crashes) {
    try {
      return Files.createDirectories(crashes);
    } catch (IOException _) {
      return Path.of(System.getProperty("java.io.tmpdir"));
    }
  }

  /// The supervision by the process that started this one in this way; none if it was started by hand.
  public static Supervision supervision() {
    return LifeSigns.ofThisProcess();
  }

  /// Deletes what killed commands left among the temporary files.
  void sweep() {
    TemporaryFolder.sweep(signs.folder());
  }

  public long pid() {
    return process.pid();
  }

  /// Why the process ended, in its own words; empty if it did not say.
  public Optional<String> failure() {
    return FailureReport.read(LifeSigns.failure(signs.path())).map(FailureReport::message);
  }

  /// Leaves how it ended where the environment asks for that.
  void leave(ProcessEnd end) throws IOException {
    EndFile.write(end, LifeSigns.failure(signs.path()));
  }

  /// The most private memory that was seen while [#await] waited, sampled; empty where the system does not report it.
  public OptionalLong privateMemory() {
    return privateMemory;
  }

  /// Waits for the end, and kills the process if it is silent for longer than allowed. Time in which this process itself is
  /// stopped (Ctrl-Z) does not count.
  public ProcessEnd await() throws IOException, InterruptedException {
    Silence silence = new Silence(System.nanoTime(), signs.beat(), POLL.multipliedBy(2));
    while (!process.waitFor(POLL.toNanos(), TimeUnit.NANOSECONDS)) {
      ProcessMemory.privateBytes(Long.toString(process.pid())).ifPresent(
          bytes -> privateMemory = OptionalLong.of(Math.max(bytes, privateMemory.orElse(0))));
      Duration limit = signs.limit();
      if (silence.exceeds(limit, System.nanoTime(), signs.beat())) {
        process.destroyForcibly().waitFor();
        return new ProcessEnd.Hung(limit, signs.checkpoint());
      }
    }
    int code = process.exitValue();
    Optional<Path> report = code != 0 && Files.isRegularFile(crashReport) ? Optional.of(crashReport) : Optional.empty();
    Optional<Signal> signal = report.isPresent() ? Signal.reported(report.get()) : Optional.empty();
    if (signal.isEmpty()) {
      signal = Signal.of(code);
    }
    return signal.isEmpty()
        ? new ProcessEnd.Finished(code)
        : new ProcessEnd.Killed(signal.get(), signs.checkpoint(), report);
  }

  /// Ends the process if it still runs: as by Ctrl-C, and after some time by force. Can be called from any thread.
  public void end() {
    try {
      process.destroy();
      if (!process.waitFor(GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(signs.path());
    } catch (IOException _) {
      // a temporary file stays
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    end();
    signs.close();
  }
}
