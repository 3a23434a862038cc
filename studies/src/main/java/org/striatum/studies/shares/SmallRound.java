package org.striatum.studies.shares;

import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.striatum.probe.run.Pieces.Work;

/// Pieces that the process that would deal them computes itself, because that takes less than to start others: where the operations of all
/// that is asked for are counted and few. Work of unknown length is never begun there, and what takes much longer than was counted is
/// dealt after all.
final class SmallRound implements KeptPieces.Choice {
  /// How much longer than was counted pieces may take until the others are dealt.
  private static final int PATIENCE = 2;

  private final double limit;
  private final LongSupplier clock;
  private double counted;
  private boolean hasBegun;
  private long begun;

  /// @param limit of all that is computed
  /// @param clock nanoseconds
  SmallRound(Duration limit, LongSupplier clock) {
    this.limit = seconds(limit);
    this.clock = clock;
  }

  /// Whether a round is one.
  ///
  /// @param seconds that its pieces take on one core, about
  static boolean is(double seconds, Duration limit) {
    return seconds < seconds(limit);
  }

  @Override
  public boolean takes(Work<?> work, List<Integer> batch) {
    double more = work.seconds(batch.size());
    if (!hasBegun) {
      hasBegun = true;
      begun = clock.getAsLong();
    }
    if (counted + more > limit || (clock.getAsLong() - begun) / 1e9 > PATIENCE * limit) {
      return false;
    }
    counted += more;
    return true;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
