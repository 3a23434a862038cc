package org.striatum.cli.fuzz;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Gives every reader files that are a little wrong, and says what came of it. Case `i` of a target is a function of seed
/// and `i`.
final class Fuzz {
  /// The longest that a reader may take for one of these small files, in seconds of processor time.
  private static final double SLOW = 5;
  private static final int KEPT = 20;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Fuzz() {}

  /// The first case that failed in some way.
  ///
  /// @param index that makes it again, with the seed
  record Failure(long index, byte[] input) {}

  /// @param refused cases that ended in a documented exception; the others were read
  /// @param seconds of processor time
  /// @param failures what else was thrown, or took too long: kind and place, with the first case that did it
  record Outcome(String target, long cases, long refused, double seconds, Map<String, Failure> failures) {
    String row() {
      return "| %s | %,d | %,d | %.0f | %s |".formatted(target, cases, refused, seconds,
          failures.isEmpty() ? "none" : failures.size() + ": " + String.join("; ", failures.keySet()));
    }
  }

  /// A target whose file is to be made wrong.
  ///
  /// @param place what the reader is given
  /// @param file that is replaced by each case
  /// @param whole what it holds unharmed
  record Ready(FuzzTarget target, Path place, Path file, byte[] whole) {
    static Ready in(Path folder, FuzzTarget target) throws IOException {
      Path place = folder.resolve(target.name());
      target.seed().write(place);
      Path file = target.file().isEmpty() ? place : place.resolve(target.file());
      return new Ready(target, place, file, Files.readAllBytes(file));
    }

    byte[] wrong(long seed, long index) {
      return Mutation.some(whole, new SplittableRandom(seed * 1_000_003 + index));
    }

    /// What the reader throws at a file; null if it reads it.
    Throwable read(byte[] content) throws IOException {
      // A new file: what was mapped before may still be, and must not change under its reader.
      Files.deleteIfExists(file);
      Files.write(file, content);
      try {
        target.reader().read(place);
        return null;
      } catch (Exception | StackOverflowError | OutOfMemoryError thrown) {
        return thrown;
      }
    }
  }

  /// @param cases of a cheap target; a dear one gets fewer
  /// @param seconds of processor time, at most
  static Outcome run(FuzzTarget target, Path folder, long seed, long cases, double seconds) throws IOException {
    Ready ready = Ready.in(folder, target);
    Map<String, Failure> failures = new LinkedHashMap<>();
    long most = Math.max(1, cases / target.cost().times());
    double started = processor();
    long refused = 0;
    long done = 0;
    for (; done < most && processor() - started < seconds && failures.size() < KEPT; done++) {
      byte[] wrong = ready.wrong(seed, done);
      double begun = processor();
      Throwable thrown = ready.read(wrong);
      if (thrown != null && FuzzTarget.isDocumented(thrown)) {
        refused++;
      } else if (thrown != null) {
        failures.putIfAbsent(kind(thrown), new Failure(done, wrong));
      }
      if (processor() - begun > SLOW) {
        failures.putIfAbsent("more than %.0f s".formatted(SLOW), new Failure(done, wrong));
      }
    }
    return new Outcome(target.name(), done, refused, processor() - started, failures);
  }

  private static String kind(Throwable thrown) {
    String own = "org.striatum.";
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (frame.getClassName().startsWith(own)) {
        return thrown.getClass().getSimpleName() + " at " + frame.getFileName() + ":" + frame.getLineNumber();
      }
    }
    return thrown.getClass().getSimpleName();
  }

  /// Seconds that this thread has computed.
  private static double processor() {
    return THREADS.getCurrentThreadCpuTime() / 1e9;
  }

  /// Prints the table. Failing inputs are written to the folder `failures` below the working one, named by target and index.
  ///
  /// @param arguments processor seconds a target, cases a cheap target, seed; then names of targets, all if there are none
  public static void main(String[] arguments) throws IOException {
    double seconds = Double.parseDouble(arguments[0]);
    long cases = Long.parseLong(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    List<String> names = List.of(arguments).subList(3, arguments.length);
    Path folder = Files.createTempDirectory("striatum-fuzz-");
    System.out.println("| target | cases | refused | seconds | failures |\n|---|---|---|---|---|");
    for (FuzzTarget target : FuzzTarget.all()) {
      if (names.isEmpty() || names.contains(target.name())) {
        Outcome outcome = run(target, folder, seed, cases, seconds);
        System.out.println(outcome.row());
        for (Failure failure : outcome.failures().values()) {
          Path kept = Files.createDirectories(folder.resolve("failures"))
              .resolve(target.name() + "-" + failure.index());
          System.err.println(Files.write(kept, failure.input()));
        }
      }
    }
  }
}
