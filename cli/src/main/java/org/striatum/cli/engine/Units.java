package org.striatum.cli.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.striatum.cli.engine.UnitRunner.Watcher;

/// Has units run until each has ended in a way that would not change: what a signal, a silence or a lost worker ended is tried again,
/// after the others.
///
/// @param runner that runs them
/// @param note told of what is tried again
public record Units(UnitRunner runner, Consumer<String> note) {
  /// How often a unit is tried.
  public static final int TRIES = 3;

  /// Runs all.
  ///
  /// @param watcher told of the last end of each
  /// @throws InterruptedException if everything was ended
  public void run(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException {
    List<WorkUnit> left = units;
    for (int attempt = 1; !left.isEmpty(); attempt++) {
      Attempt tried = new Attempt(watcher, attempt, note);
      runner.run(left, tried);
      left = tried.again;
    }
  }

  /// One time through the units that are left.
  private static final class Attempt implements Watcher {
    private final Watcher watcher;
    private final int number;
    private final Consumer<String> note;
    private final List<WorkUnit> again = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();

    Attempt(Watcher watcher, int number, Consumer<String> note) {
      this.watcher = watcher;
      this.number = number;
      this.note = note;
    }

    @Override
    public void prepares(WorkUnit unit) throws IOException, InterruptedException {
      watcher.prepares(unit);
    }

    @Override
    public void begins(WorkUnit unit, String where) throws IOException, InterruptedException {
      places.put(unit.name(), where);
      watcher.begins(unit, where);
    }

    @Override
    public void ends(WorkUnit unit, UnitEnd end) throws IOException, InterruptedException {
      if (end.kind() == UnitEnd.Kind.INTERRUPTED) {
        throw new InterruptedException("interrupted: finished steps are kept, run the same command again to continue");
      }
      if (end.mayPass() && number < TRIES) {
        note.accept("%s: %s; it is tried again (%d of %d times)".formatted(unit.name(),
            end.message().orElse("lost " + places.getOrDefault(unit.name(), "somewhere")), number + 1, TRIES));
        again.add(unit);
      } else {
        watcher.ends(unit, end);
      }
    }
  }
}
