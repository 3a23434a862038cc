package org.striatum.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitRunner.Watcher;
import org.striatum.cli.engine.UnitScript;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.cli.process.OneLine;
import org.striatum.probe.run.UsageException;
import org.striatum.spark.TaskEvents.Event;

/// Units that run together: a job each, with one task. A lost executor fails the jobs that it had, and with one job for all it would be
/// all of them. Used by one thread, which tells the watcher.
final class SparkRound {
  /// After this time without a task people are told.
  private static final Duration IDLE = Duration.ofSeconds(30);
  /// Tasks that are cancelled have this time to end what they started: longer than it takes.
  private static final Duration ENDING = Duration.ofSeconds(40);
  /// A unit's end, written on another machine, may be seen late.
  private static final Duration LATE = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int SIGNALS = 128;
  private static final int INTERRUPTED = 130;
  private static final Pattern FAILURE = Pattern.compile("\\(TID \\d+\\) \\((\\S+) executor (\\S+)\\): ([^\\n]*)");

  private final JavaSparkContext context;
  private final String name;
  private final List<WorkUnit> units;
  private final Watcher watcher;
  private final Consumer<String> note;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<Path> scripts = new ArrayList<>();
  private final List<JavaFutureAction<List<UnitTask.Ran>>> jobs = new ArrayList<>();
  private final Set<Integer> begun = new HashSet<>();
  private final Set<Integer> running = new HashSet<>();
  private final Set<Integer> ended = new HashSet<>();

  SparkRound(JavaSparkContext context, String name, List<WorkUnit> units, Watcher watcher, Consumer<String> note) {
    this.context = context;
    this.name = name;
    this.units = List.copyOf(units);
    this.watcher = watcher;
    this.note = note;
  }

  void run(Path launcher) throws IOException, InterruptedException {
    TaskEvents listener = new TaskEvents(name, events);
    try {
      context.sc().addSparkListener(listener);
      for (WorkUnit unit : units) {
        submit(unit, launcher);
      }
      while (ended.size() < units.size()) {
        Event event = events.poll(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        if (event == null) {
          lookAround();
        } else {
          take(event);
        }
      }
    } catch (IllegalStateException stopped) {
      if (context.sc().isStopped()) {
        throw stopped(stopped);
      }
      throw stopped;
    } finally {
      if (ended.size() < units.size()) {
        endAll();
      }
      context.sc().removeSparkListener(listener);
    }
  }

  private void submit(WorkUnit unit, Path launcher) throws IOException, InterruptedException {
    watcher.prepares(unit);
    Path script = UnitScript.write(unit, launcher).toAbsolutePath();
    scripts.add(script);
    context.setJobGroup(name, unit.name(), true);
    context.setLocalProperty(TaskEvents.UNIT, TaskEvents.name(name, jobs.size()));
    jobs.add(context.parallelize(List.of(script.toString()), 1)
        .map(new UnitTask(launcher, Path.of("").toAbsolutePath())).collectAsync());
  }

  private static IOException stopped(Exception said) {
    return new IOException(
        "Spark has ended this program's application, as it does after ten executors in a row that did not"
            + " start: the master's page and its workers' logs say why",
        said);
  }

  private void take(Event event) throws IOException, InterruptedException {
    int unit = event.unit();
    switch (event) {
      case Event.Begun(_, String where) -> {
        running.add(unit);
        if (!ended.contains(unit)) {
          begins(unit, where);
        }
      }
      case Event.Left _ -> running.remove(unit);
      case Event.Done _ -> ends(unit);
    }
  }

  private void begins(int unit, String where) throws IOException, InterruptedException {
    if (begun.add(unit)) {
      watcher.begins(units.get(unit), where);
    }
  }

  private void ends(int unit) throws IOException, InterruptedException {
    if (!ended.contains(unit)) {
      UnitEnd end = end(unit);
      ended.add(unit);
      watcher.ends(units.get(unit), end);
    }
  }

  /// Nothing was heard for some time: what Spark did not say is found out.
  private void lookAround() throws IOException, InterruptedException {
    for (int unit = 0; unit < units.size(); unit++) {
      if (jobs.get(unit).isDone()) {
        ends(unit);
      }
    }
    if (running.isEmpty() && begun.isEmpty()) {
      note.accept(
          "Spark has begun nothing after %d s: are there workers with as many free cores as spark.task.cpus asks"
              .formatted(IDLE.toSeconds())
              + " (default: --threads) and the memory of spark.executor.memory (default 512m)?");
    }
  }

  private UnitEnd end(int unit) throws IOException, InterruptedException {
    try {
      UnitTask.Ran ran = jobs.get(unit).get().getFirst();
      begins(unit, ran.host());
      return end(unit, ran);
    } catch (ExecutionException failed) {
      if (context.sc().isStopped()) {
        if (isEnding()) {
          return new UnitEnd(UnitEnd.Kind.INTERRUPTED, INTERRUPTED, Optional.empty());
        }
        throw stopped(failed);
      }
      return UnitEnd.lost(reason(String.valueOf(failed.getCause().getMessage())));
    }
  }

  private UnitEnd end(int unit, UnitTask.Ran ran) throws IOException, InterruptedException {
    if (!ran.missing().isEmpty()) {
      throw new UsageException(
          "%s does not see %s: folders of the work and of the program must be shared, under the same names"
              .formatted(ran.host(), ran.missing()));
    }
    if (ran.exitCode() == UnitTask.Ran.NOT_RUN) {
      return UnitEnd.lost("its executor is gone, and most likely the machine");
    }
    long deadline = System.nanoTime() + LATE.toNanos();
    Optional<UnitEnd> end = UnitEnd.in(units.get(unit).folder());
    while (end.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(POLL);
      try (DirectoryStream<Path> _ = Files.newDirectoryStream(units.get(unit).folder())) {
        end = UnitEnd.in(units.get(unit).folder()); // a network file system looks again once the folder is opened
      }
    }
    int code = ran.exitCode();
    if (end.isPresent() && end.get().kind() != UnitEnd.Kind.INTERRUPTED) {
      return end.get();
    }
    if (end.isPresent() || code == 0) { // nobody here ended it
      return UnitEnd.lost("it was ended on %s, exit code %d".formatted(ran.host(), code));
    }
    return code > SIGNALS
        ? new UnitEnd(UnitEnd.Kind.KILLED, code,
            Optional.of("it was killed on %s by signal %d".formatted(ran.host(), code - SIGNALS)))
        : new UnitEnd(UnitEnd.Kind.FINISHED, code, Optional.of(
            "it did not start on %s, exit code %d%s".formatted(ran.host(), code, said(scripts.get(unit)))));
  }

  /// What the shell said.
  private static String said(Path script) throws IOException {
    Path file = UnitTask.output(script);
    String text = Files.isRegularFile(file)
        ? OneLine.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip())
        : "";
    return text.isEmpty() ? "" : ": " + text;
  }

  private static String reason(String message) {
    Matcher failure = FAILURE.matcher(message);
    return failure.find()
        ? "executor %s on %s: %s".formatted(failure.group(2), failure.group(1), OneLine.of(failure.group(3)))
        : OneLine.of(message.lines().findFirst().orElse("Spark does not say why"));
  }

  /// Whether this program is being ended.
  private static boolean isEnding() {
    Thread none = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(none);
      Runtime.getRuntime().removeShutdownHook(none);
      return false;
    } catch (IllegalStateException _) {
      return true;
    }
  }

  /// Ends what runs and waits until it has ended; the others do not begin.
  private void endAll() {
    boolean interrupted = Thread.interrupted();
    try {
      context.sc().cancelJobGroup(name);
      Set<Integer> open = new HashSet<>();
      for (int unit = 0; unit < jobs.size(); unit++) {
        open.add(unit);
      }
      open.removeAll(ended);
      long deadline = System.nanoTime() + ENDING.toNanos();
      while (!(open.isEmpty() && running.isEmpty()) && !context.sc().isStopped() && System.nanoTime() < deadline) {
        Event event = events.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
        switch (event) {
          case null -> {
          }
          case Event.Begun begins -> running.add(begins.unit());
          case Event.Left left -> running.remove(left.unit());
          case Event.Done done -> open.remove(done.unit());
        }
      }
    } catch (IllegalStateException _) {
      // Spark has stopped, and has ended everything
    } catch (InterruptedException _) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
