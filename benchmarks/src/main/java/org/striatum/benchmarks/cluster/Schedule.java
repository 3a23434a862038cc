package org.striatum.benchmarks.cluster;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;

/// Units on workers, played through: each worker that is free takes the next unit; a unit that fails runs again behind the others; those that read
/// their weights at once share the file system.
///
/// @param hours until the last unit ends
/// @param busy share of the workers' time in which they work
/// @param units that were run, those that failed included
/// @param ends of units a second that the driver sees, on the average
public record Schedule(double hours, double busy, long units, double ends) {
  private static final double HOUR = 3600;

  /// Plays a plan through.
  ///
  /// @param seconds of each unit's work on one worker
  /// @param bytes of weights that each reads before it begins
  /// @param speed standard deviation of the workers' speeds, as a share
  public static Schedule of(double[] seconds, double[] bytes, int workers, Rates rates, double speed,
      RandomGenerator random) {
    double[] pace = new double[workers];
    PriorityQueue<double[]> free = new PriorityQueue<>((a, b) -> Double.compare(a[0], b[0])); // time, worker
    for (int w = 0; w < workers; w++) {
      pace[w] = Math.exp(speed * random.nextGaussian());
      free.add(new double[]{0, w});
    }
    ArrayDeque<Integer> left = new ArrayDeque<>();
    for (int i = 0; i < seconds.length; i++) {
      left.add(i);
    }
    double end = 0;
    double worked = 0;
    long run = 0;
    while (!left.isEmpty()) {
      int unit = left.poll();
      double[] place = free.poll();
      // As if all began at once: each worker has its part of what the file system gives.
      double reading = Math.min(workers, seconds.length) * bytes[unit] / rates.network();
      double own = rates.start() + reading + seconds[unit] * pace[(int) place[1]];
      boolean fails = random.nextDouble() < rates.failure();
      double taken = fails ? own * random.nextDouble() : own;
      if (fails) {
        left.add(unit);
      }
      worked += taken;
      place[0] += taken;
      end = Math.max(end, place[0]);
      free.add(place);
      run++;
    }
    return new Schedule(end / HOUR, worked / (end * workers), run, run / end);
  }
}
