package org.striatum.cli.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

/// Units as processes of this machine.
///
/// @param process starts one
/// @param places how many run at a time, ≥ 1
public record LocalRunner(UnitProcess process, int places) implements UnitRunner {
  /// Where its units run.
  static final String HERE = "this machine";

  public LocalRunner {
    if (places < 1) {
      throw new IllegalArgumentException("at least one process must run at a time, found " + places);
    }
  }

  @Override
  public void run(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException {
    ReentrantLock told = new ReentrantLock();
    ExecutorService threads = Executors.newFixedThreadPool(places, Thread.ofPlatform().name("unit-", 1).factory());
    try {
      List<Future<?>> running = new ArrayList<>();
      for (WorkUnit unit : units) {
        running.add(threads.submit(() -> {
          try {
            run(unit, watcher, told);
          } catch (Exception failed) {
            threads.shutdownNow(); // the first failure is what is told
            throw failed;
          }
          return null;
        }));
      }
      threads.shutdown();
      await(running);
    } finally {
      threads.shutdownNow();
    }
  }

  private void run(WorkUnit unit, Watcher watcher, ReentrantLock told) throws IOException, InterruptedException {
    told.lockInterruptibly();
    try {
      watcher.prepares(unit);
      watcher.begins(unit, HERE);
    } finally {
      told.unlock();
    }
    UnitEnd end = process.run(unit.name(), unit.command(), unit.log());
    told.lock();
    try {
      watcher.ends(unit, end);
    } finally {
      told.unlock();
    }
  }

  private static void await(List<Future<?>> running) throws IOException, InterruptedException {
    List<Throwable> failures = new ArrayList<>();
    for (Future<?> one : running) {
      try {
        if (failures.isEmpty() || !one.isCancelled()) {
          one.get();
        }
      } catch (ExecutionException e) {
        failures.add(e.getCause());
      }
    }
    failures.sort((a, b) -> Boolean.compare(a instanceof InterruptedException, b instanceof InterruptedException));
    for (Throwable failure : failures) {
      switch (failure) {
        case IOException io -> throw io;
        case InterruptedException interrupted -> throw interrupted;
        case RuntimeException mistake -> throw mistake;
        default -> throw new IllegalStateException(failure);
      }
    }
  }
}
