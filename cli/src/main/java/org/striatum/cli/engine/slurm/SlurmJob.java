package org.striatum.cli.engine.slurm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.cli.engine.UnitRunner.Watcher;
import org.striatum.probe.run.UsageException;

/// An array job that was submitted, followed by asking SLURM for its tasks and by the end files of its units. Used by one thread.
final class SlurmJob {
  private static final int SIGINT = 130;

  private final Slurm slurm;
  private final String id;
  private final SlurmRunner.Pace pace;
  private final Consumer<String> note;
  /// Task → unit that has not ended.
  private final SortedMap<Integer, WorkUnit> open = new TreeMap<>();
  private final Set<Integer> running = new HashSet<>();
  /// Task → when it was first seen to be over, without an end file.
  private final Map<Integer, Long> over = new HashMap<>();
  private final long submitted = System.nanoTime();
  private String waitsFor = "";
  private boolean silent;

  SlurmJob(Slurm slurm, String id, List<WorkUnit> units, SlurmRunner.Pace pace, Consumer<String> note) {
    this.slurm = slurm;
    this.id = id;
    this.pace = pace;
    this.note = note;
    for (WorkUnit unit : units) {
      open.put(open.size() + 1, unit);
    }
  }

  /// Whether every unit has ended.
  boolean isOver() {
    return open.isEmpty();
  }

  /// Follows it until every unit has ended.
  ///
  /// @throws UsageException if its tasks do not see the units' folders
  void await(Watcher watcher) throws IOException, InterruptedException {
    Duration pause = pace.first();
    long asked = System.nanoTime();
    while (!open.isEmpty()) {
      Thread.sleep(min(pause, pace.first()));
      boolean changed = endsLeft(watcher);
      if (System.nanoTime() - asked >= pause.toNanos() && !open.isEmpty()) {
        changed |= ask(watcher);
        asked = System.nanoTime();
        pause = changed ? pace.first() : min(pause.multipliedBy(3).dividedBy(2), pace.longest());
      }
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /// Tells the ends that running units have left; whether there was one.
  private boolean endsLeft(Watcher watcher) throws IOException, InterruptedException {
    boolean found = false;
    for (int task : List.copyOf(running)) {
      found |= endLeft(task, watcher);
    }
    return found;
  }

  private boolean endLeft(int task, Watcher watcher) throws IOException, InterruptedException {
    // One that was interrupted may be requeued: SLURM says what becomes of it.
    Optional<UnitEnd> end = UnitEnd.in(open.get(task).folder()).filter(
        left -> left.kind() != UnitEnd.Kind.INTERRUPTED);
    if (end.isPresent()) {
      ends(task, end.get(), watcher);
    }
    return end.isPresent();
  }

  private void ends(int task, UnitEnd end, Watcher watcher) throws IOException, InterruptedException {
    running.remove(task);
    watcher.ends(open.remove(task), end);
  }

  /// Asks SLURM; whether a task began or ended.
  private boolean ask(Watcher watcher) throws IOException, InterruptedException {
    Optional<SortedMap<Integer, SlurmTask>> told = slurm.tasks(id);
    if (told.isEmpty()) {
      if (!silent) {
        note.accept("SLURM does not answer: job " + id + " is waited for");
      }
      silent = true;
      return false;
    }
    silent = false;
    NavigableMap<Integer, SlurmTask> tasks = new TreeMap<>(told.get());
    if (!tasks.keySet().containsAll(open.keySet())) {
      slurm.accounted(id).forEach(tasks::putIfAbsent);
    }
    sayWhatItWaitsFor(tasks);
    boolean changed = false;
    for (int task : List.copyOf(open.keySet())) {
      changed |= tell(task, tasks.getOrDefault(task, SlurmTask.FORGOTTEN), watcher);
    }
    return changed;
  }

  private void sayWhatItWaitsFor(SortedMap<Integer, SlurmTask> tasks) {
    Optional<String> reason = tasks.values().stream().filter(SlurmTask::isWaiting).map(SlurmTask::reason).findFirst();
    if (running.isEmpty() && reason.isPresent() && !reason.get().equals(waitsFor)
        && System.nanoTime() - submitted > pace.patience().toNanos()
        && tasks.values().stream().allMatch(task -> task.isWaiting() || task.isOver())) {
      waitsFor = reason.get();
      note.accept("job %s waits in SLURM's queue: %s".formatted(id, waitsFor));
    }
  }

  private boolean tell(int number, SlurmTask task, Watcher watcher) throws IOException, InterruptedException {
    WorkUnit unit = open.get(number);
    if (task.isWaiting()) {
      over.remove(number);
      return running.remove(number); // requeued
    }
    boolean begun = !task.node().isEmpty() && running.add(number);
    if (begun) {
      watcher.begins(unit, task.node());
    }
    refresh(unit.folder());
    if (endLeft(number, watcher)) {
      return true;
    }
    if (task.isHeld()) {
      slurm.cancel(id + "_" + number);
      ends(number, lost(number, task, unit), watcher);
      return true;
    }
    if (!task.isOver()) {
      over.remove(number);
      return begun;
    }
    if (task.isCancelled()) {
      ends(number, new UnitEnd(UnitEnd.Kind.INTERRUPTED, SIGINT, Optional.of("job " + id + " was cancelled")), watcher);
      return true;
    }
    if (task.code() == SlurmScript.UNSEEN) {
      throw new UsageException(
          "no shared folder: %s does not see %s, or the launcher, or %s under the same names as this machine".formatted(
              task.node(), unit.folder(), SlurmScript.here()));
    }
    long seen = over.computeIfAbsent(number, _ -> System.nanoTime());
    if (System.nanoTime() - seen >= pace.patience().toNanos()) {
      ends(number, lost(number, task, unit), watcher);
    }
    return true; // asked again soon
  }

  private UnitEnd lost(int number, SlurmTask task, WorkUnit unit) {
    return UnitEnd.lost("task %s_%d %s: see %s".formatted(id, number, task.end(), unit.log()));
  }

  /// A network file system may answer from memory that a file is not there, until its folder is opened.
  private static void refresh(Path folder) throws IOException {
    try (DirectoryStream<Path> _ = Files.newDirectoryStream(folder)) {
      // being opened is all
    }
  }
}
