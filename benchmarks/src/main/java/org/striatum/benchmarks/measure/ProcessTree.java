package org.striatum.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs a command and watches it and all processes it starts from outside: time, processor time, and the most anonymous
/// memory (heap, copies, buffers; not mapped files, which the system can drop) that all of them held at once. Sampled every
/// 40 milliseconds: a shorter peak can escape. Linux only.
public final class ProcessTree {
  private static final long EVERY_MILLIS = 40; // looking for processes takes a millisecond
  private static final double TICKS = 100; // a second, of the kernel's process statistics

  private ProcessTree() {}

  /// What a command took.
  ///
  /// @param seconds wall time
  /// @param cpu seconds of processor time of all its processes
  /// @param peakBytes anonymous memory
  public record Cost(double seconds, double cpu, long peakBytes) {
    public double peakMegabytes() {
      return peakBytes / 1e6;
    }
  }

  /// Whether this system tells what [#run] needs.
  public static boolean isWatchable() {
    return Files.isReadable(Path.of("/proc/self/status")) && Files.isReadable(Path.of("/proc/self/stat"));
  }

  /// Runs a command to its end.
  ///
  /// @param log takes what it says
  /// @throws IOException if it ends with another code than 0
  public static Cost run(List<String> command, Map<String, String> environment, Path folder, Path log)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
        .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    double cpu = cpuOfEndedChildren();
    long started = System.nanoTime();
    Process process = builder.start();
    long peak = 0;
    while (!process.waitFor(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
      long now = Stream.concat(Stream.of(process.toHandle()), process.descendants())
          .mapToLong(one -> anonymousBytes(one.pid())).sum();
      peak = Math.max(peak, now);
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " ended with code " + process.exitValue() + ":\n"
          + Files.readString(log).lines().limit(20).reduce("", (a, b) -> a + b + "\n"));
    }
    return new Cost(seconds, cpuOfEndedChildren() - cpu, peak);
  }

  /// 0 for a process that has ended.
  private static long anonymousBytes(long pid) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines.filter(line -> line.startsWith("RssAnon:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).sum();
    } catch (IOException | UncheckedIOException ended) {
      return 0;
    }
  }

  /// Processor time of all children of this process that have ended and been waited for, and of theirs.
  private static double cpuOfEndedChildren() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    return (Double.parseDouble(fields.get(13)) + Double.parseDouble(fields.get(14))) / TICKS;
  }
}
