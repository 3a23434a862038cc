package org.striatum.cli.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Gives every reader files that are a little wrong, and says what came of it. Case `i` of a target is a function of seed
/// and `i`.
final class Fuzz {
  /// The longest that a reader may take for one of these small files.
  private static final double SLOW = 5;
  private static final int KEPT = 20;

  private Fuzz() {}

  /// @param refused cases that ended in a documented exception; the others were read
  /// @param failures what else was thrown, or took too long: kind and place, with the first input that did it
  record Outcome(String target, long cases, long refused, double seconds, Map<String, byte[]> failures) {
    String row() {
      return "| %s | %d | %d | %.0f | %s |".formatted(target, cases, refused, seconds,
          failures.isEmpty() ? "none" : failures.size() + ": " + String.join("; ", failures.keySet()));
    }
  }

  static Outcome run(FuzzTarget target, Path folder, long seed, long cases, double seconds) throws IOException {
    Path place = folder.resolve(target.name());
    target.seed().write(place);
    Path file = target.file().isEmpty() ? place : place.resolve(target.file());
    byte[] whole = Files.readAllBytes(file);
    Map<String, byte[]> failures = new LinkedHashMap<>();
    long started = System.nanoTime();
    long refused = 0;
    long done = 0;
    for (; done < cases && since(started) < seconds && failures.size() < KEPT; done++) {
      byte[] wrong = Mutation.some(whole, new SplittableRandom(seed * 1_000_003 + done));
      // A new file: what was mapped before may still be, and must not change under its reader.
      Files.deleteIfExists(file);
      Files.write(file, wrong);
      long begun = System.nanoTime();
      try {
        target.reader().read(place);
      } catch (Exception | StackOverflowError | OutOfMemoryError thrown) {
        if (FuzzTarget.isDocumented(thrown)) {
          refused++;
        } else {
          failures.putIfAbsent(kind(thrown), wrong);
        }
      }
      if (since(begun) > SLOW) {
        failures.putIfAbsent("more than %.0f s".formatted(SLOW), wrong);
      }
    }
    return new Outcome(target.name(), done, refused, since(started), failures);
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

  private static double since(long nanoseconds) {
    return (System.nanoTime() - nanoseconds) / 1e9;
  }

  /// Prints the table. Failing inputs are written to the folder `failures` below the working one.
  ///
  /// @param arguments seconds a target, cases a target, seed; then names of targets, all if there are none
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
        int count = 0;
        for (byte[] input : outcome.failures().values()) {
          Path kept = Files.createDirectories(folder.resolve("failures")).resolve(target.name() + "-" + count++);
          System.err.println(Files.write(kept, input));
        }
      }
    }
  }
}
