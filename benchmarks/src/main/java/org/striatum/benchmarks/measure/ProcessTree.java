package org.striatum.benchmarks.measure;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs a command and says what it and all processes it started took, as the kernel counted it: nothing is sampled, so a
/// command of a millisecond is measured as surely as one of an hour. Linux only.
///
/// The command runs under a small process of its own ([Usage]), whose children are this command's and nobody else's. A
/// process that its parent never waited for is not counted.
public final class ProcessTree {
  private ProcessTree() {}

  /// What a command took.
  ///
  /// Processes of a tree overlap, and the kernel keeps the peak of each, not of their sum. The peak given here is therefore
  /// that of the process that held most: together they held at least so much. It is never below the 40 MB or so of the
  /// process that starts the command, from which Linux has a new process count.
  ///
  /// @param seconds wall time of the command
  /// @param cpu seconds of processor time of all its processes
  /// @param peakBytes the most memory that one of its processes had resident, pages of mapped files included
  public record Cost(double seconds, double cpu, long peakBytes) {
    public double peakMegabytes() {
      return peakBytes / 1e6;
    }
  }

  /// Whether this system tells what [#run] needs.
  public static boolean isWatchable() {
    return System.getProperty("os.name").equals("Linux");
  }

  /// Runs a command to its end.
  ///
  /// @param environment added to this process's own
  /// @param log takes what it says
  /// @throws IOException if it ends with another code than 0
  public static Cost run(List<String> command, Map<String, String> environment, Path folder, Path log)
      throws IOException, InterruptedException {
    Path usage = Files.createTempFile("usage", ".txt");
    try {
      List<String> watched = new ArrayList<>(List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx16m", "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", classes(), Usage.class.getName(),
          usage.toString()));
      watched.addAll(command);
      ProcessBuilder builder = new ProcessBuilder(watched).directory(folder.toFile()).redirectErrorStream(true)
          .redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      int code = builder.start().waitFor();
      if (code != 0) {
        throw new IOException(String.join(" ", command) + " ended with code " + code + ":\n"
            + Files.readString(log).lines().limit(20).reduce("", (a, b) -> a + b + "\n"));
      }
      return Usage.read(usage);
    } finally {
      Files.deleteIfExists(usage);
    }
  }

  /// Where this class lies; [Usage] needs no more than that.
  private static String classes() {
    try {
      return Path.of(ProcessTree.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
