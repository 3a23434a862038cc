package org.striatum.probe.run;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// Independent pieces of work on several threads, their results in the order of the pieces: they do not depend on the number of
/// threads. Beats of the pieces ([Heartbeat]) are heard where the calling thread's are.
public final class ParallelWork {
  /// Pieces of each thread that are begun before the result of the first is taken: a slow one keeps no thread idle.
  private static final int AHEAD = 64;
  private static final long LISTEN_MILLIS = 500;

  private final AtomicLong beats = new AtomicLong();
  private long heard;

  private ParallelWork() {}

  /// What is done for one piece, on any thread.
  @FunctionalInterface
  public interface Work<T, R> {
    R of(T piece) throws IOException;
  }

  /// What takes a result, on the calling thread.
  @FunctionalInterface
  public interface Taker<R> {
    void take(R result) throws IOException;
  }

  /// Threads for `pieces` of work, at most one for each processor.
  public static int threads(int pieces) {
    return Math.clamp(pieces, 1, Runtime.getRuntime().availableProcessors());
  }

  /// Does all pieces and keeps their results.
  ///
  /// @param each called on this thread when a result is there
  /// @throws IOException what the first piece threw that failed
  public static <T, R> List<R> all(List<T> pieces, int threads, Work<? super T, ? extends R> work, Runnable each)
      throws IOException {
    List<R> results = new ArrayList<>();
    ParallelWork.<T, R>inOrder(pieces, threads, work, result -> {
      results.add(result);
      each.run();
    });
    return results;
  }

  /// Does all pieces and passes on their results, of which few are held at a time.
  ///
  /// @throws IOException what the first piece threw that failed, or `taker`; nothing is begun after that
  public static <T, R> void inOrder(Iterable<T> pieces, int threads, Work<? super T, ? extends R> work,
      Taker<? super R> taker) throws IOException {
    ParallelWork running = new ParallelWork();
    Queue<Future<R>> begun = new ArrayDeque<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("work-", 0).factory())) {
      try {
        for (Iterator<T> left = pieces.iterator(); left.hasNext() || !begun.isEmpty();) {
          while (left.hasNext() && begun.size() < threads * AHEAD) {
            T piece = left.next();
            begun.add(pool.submit(() -> Heartbeat.heardBy(running.beats::incrementAndGet, () -> work.of(piece))));
          }
          taker.take(running.finished(begun.remove()));
        }
      } finally {
        pool.shutdownNow();
      }
    }
  }

  private <R> R finished(Future<R> piece) throws IOException {
    while (true) {
      try {
        return piece.get(LISTEN_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        if (beats.get() != heard) {
          heard = beats.get();
          Heartbeat.beat();
        }
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case IOException failure -> throw failure;
          case RuntimeException failure -> throw failure;
          case Error failure -> throw failure;
          default -> throw new IllegalStateException(failed.getCause());
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped while others worked", stopped);
      }
    }
  }
}
