package org.striatum.benchmarks.measure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/// What a run of benchmarks has at hand, and how it measures: the sides work in turn, so that what else the machine does
/// falls on both.
///
/// @param folder for temporary files
/// @param checkpoint a checkpoint of 494 M random weights
/// @param reasoner the repository's small trained model
/// @param threads of each side
/// @param repeats turns to take
/// @param quick whether less work is done
/// @param peers whether the peers run at all
/// @param note takes lines about what is being done
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

  /// Turns below which a measurement that takes long is not cut off, and when it takes long.
  private int fewestTurns() {
    return Math.min(repeats, quick ? 1 : 3);
  }

  private Duration patience() {
    return Duration.ofSeconds(quick ? 30 : 240);
  }

  /// Starts a peer, or says why there is none.
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

  /// Has every side work in turn, [#repeats] times, or thrice if that takes longer than four minutes.
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

  /// Has every side do its work for four seconds, once at least: code is compiled and buffers are found by then.
  public static void warmUp(Map<String, Callable<Sample>> sides) throws Exception {
    for (Callable<Sample> side : sides.values()) {
      long started = System.nanoTime();
      do {
        side.call();
      } while (System.nanoTime() - started < WARM_UP.toNanos());
    }
  }

  /// Measures a piece of our own work.
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

  /// Holds two sides to having computed the same.
  ///
  /// @throws IllegalStateException if their checksums differ
  public static void same(String work, double ours, double peer) {
    if (!(Math.abs(ours - peer) <= MOST_DEVIATION * Math.abs(peer))) {
      throw new IllegalStateException(
          "the two sides computed different things: " + work + " has Σ|h| = " + ours + " here and " + peer + " there");
    }
  }
}
