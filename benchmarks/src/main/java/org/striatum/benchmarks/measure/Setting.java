package org.striatum.benchmarks.measure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// The resources of a benchmark run, and how it measures: the sides alternate, so that other work on the machine affects
/// both.
///
/// @param folder for temporary files
/// @param checkpoint a checkpoint of 494 M random weights
/// @param reasoner the repository's small trained model
/// @param threads of each side
/// @param repeats runs per side
/// @param quick whether less work is done
/// @param peers whether the peers run at all
/// @param note receives lines about progress
public record Setting(Path folder, Path checkpoint, Path reasoner, int threads, int repeats, boolean quick,
    boolean peers,
    Consumer<String> note) {
  private static final Duration WARM_UP = Duration.ofSeconds(4); // of a side
  private static final double MOST_DEVIATION = 1e-3;

  public Setting {
    if (threads < 1 || repeats < 1) {
      throw new IllegalArgumentException(
          "threads and repeats must be ≥ 1, found " + threads + " and " + repeats);
    }
  }

  /// The least number of runs of a measurement that takes long, and the duration from which it is long.
  private int fewestTurns() {
    return Math.min(repeats, quick ? 1 : 3);
  }

  private Duration patience() {
    return Duration.ofSeconds(quick ? 30 : 240);
  }

  /// Starts a peer, or reports why there is none.
  public List<Peer> peer(String script, String... arguments) throws Exception {
    if (!peers) {
      return List.of();
    }
    try {
      return List.of(Peer.start(script, arguments));
    } catch (Peer.PeerMissing missing) {
      note.accept("no peer: " + missing.getMessage());
      return List.of();
    }
  }

  /// Runs the sides alternately, [#repeats] times, or three times if that takes longer than four minutes.
  ///
  /// @return the samples of each side
  public Map<String, List<Sample>> inTurn(Map<String, Callable<Sample>> sides) throws Exception {
    Map<String, List<Sample>> samples = new LinkedHashMap<>();
    sides.keySet().forEach(side -> samples.put(side, new ArrayList<>()));
    long started = System.nanoTime();
    for (int turn = 0; turn < repeats; turn++) {
      if (turn >= fewestTurns() && System.nanoTime() - started > patience().toNanos()) {
        break;
      }
      for (Map.Entry<String, Callable<Sample>> side : sides.entrySet()) {
        samples.get(side.getKey()).add(side.getValue().call());
      }
    }
    return samples;
  }

  /// Warms up: every side does its work for four seconds, at least once, so that code is compiled and buffers allocated.
  public static void warmUp(Map<String, Callable<Sample>> sides) throws Exception {
    for (Callable<Sample> side : sides.values()) {
      long started = System.nanoTime();
      do {
        side.call();
      } while (System.nanoTime() - started < WARM_UP.toNanos());
    }
  }

  /// Measures our own work.
  public static Sample measured(Callable<double[]> work) throws Exception {
    double cpu = cpu();
    long started = System.nanoTime();
    double[] workAndChecksum = work.call();
    double seconds = (System.nanoTime() - started) / 1e9;
    return new Sample(seconds, cpu() - cpu, workAndChecksum[0], workAndChecksum[1]);
  }

  private static double cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
  }

  /// Checks that both sides computed the same.
  ///
  /// @throws IllegalStateException if their checksums differ
  public static void same(String work, double ours, double peer) {
    if (!(Math.abs(ours - peer) <= MOST_DEVIATION * Math.abs(peer))) {
      throw new IllegalStateException(
          "the two sides computed different results: " + work + " has Σ|h| = " + ours + " here and " + peer + " there");
    }
  }
}
