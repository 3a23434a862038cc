package org.striatum.cli;

import java.util.Optional;
import java.util.OptionalLong;
import org.striatum.cli.process.ProcessMemory;

/// Measures the private memory of this process (Linux' `RssAnon`: heap, copies of weights, buffers; not
/// mapped files, which the system can drop). Sampled every few milliseconds: a shorter peak can be missed.
final class PrivateMemory implements AutoCloseable {
  private static final long EVERY_MILLIS = 3;

  private final OptionalLong before = now();
  private final Thread sampler;
  private volatile long peak = before.orElse(0);

  private PrivateMemory() {
    sampler = Thread.ofPlatform().daemon().name("private-memory").unstarted(this::sample);
    if (before.isPresent()) {
      sampler.start();
    }
  }

  /// Memory taken since the start.
  ///
  /// @param bytes growth, negative where less is held than before
  /// @param peakBytes the largest growth at any time
  record Growth(long bytes, long peakBytes) {
    @Override
    public String toString() {
      return "private memory %+.1f MB, at most %+.1f MB".formatted(bytes / 1e6, peakBytes / 1e6);
    }
  }

  /// Starts to measure.
  static PrivateMemory watch() {
    return new PrivateMemory();
  }

  /// Growth until now; empty if the system does not report it.
  Optional<Growth> growth() {
    OptionalLong now = now();
    if (before.isEmpty() || now.isEmpty()) {
      return Optional.empty();
    }
    long bytes = now.getAsLong() - before.getAsLong();
    return Optional.of(new Growth(bytes, Math.max(bytes, peak - before.getAsLong())));
  }

  private void sample() {
    try {
      while (!Thread.interrupted()) {
        peak = Math.max(peak, now().orElse(0)); // written by this thread only
        Thread.sleep(EVERY_MILLIS);
      }
    } catch (InterruptedException _) {
      // no longer watched
    }
  }

  private static OptionalLong now() {
    return ProcessMemory.privateBytes("self");
  }

  @Override
  public void close() {
    sampler.interrupt();
  }
}
