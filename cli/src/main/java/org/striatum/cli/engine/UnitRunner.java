package org.striatum.cli.engine;

import java.io.IOException;
import java.util.List;

/// Runs units somewhere, as many at a time as it can. What a unit writes does not depend on where it ran.
public interface UnitRunner extends AutoCloseable {
  /// How many run at a time, as far as it knows.
  int places();

  /// Runs units to their ends, in any order. When the watcher refuses one, or this thread is interrupted, what runs is ended and the others
  /// do not begin.
  ///
  /// @param watcher told of each, by one thread at a time
  /// @throws IOException if units cannot be run at all
  void run(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException;

  /// Lets go of what it holds.
  @Override
  default void close() throws IOException {}

  /// Told what becomes of units.
  interface Watcher {
    /// One is due, for the first time or again: nothing of it runs yet.
    default void prepares(WorkUnit unit) throws IOException, InterruptedException {}

    /// One begins, for the first time or again.
    ///
    /// @param where it runs, for people
    default void begins(WorkUnit unit, String where) throws IOException, InterruptedException {}

    /// One has ended.
    void ends(WorkUnit unit, UnitEnd end) throws IOException, InterruptedException;
  }
}
