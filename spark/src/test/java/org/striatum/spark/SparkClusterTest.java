package org.striatum.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.striatum.cli.engine.EngineSettings;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitEnd.Kind;
import org.striatum.cli.engine.UnitRunner.Watcher;
import org.striatum.cli.engine.Units;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.probe.run.UsageException;

/// Units on a standalone cluster of two workers, with a launcher that does as it is told.
@Tag("slow")
@ResourceLock("spark") // of which a JVM runs one
@EnabledOnOs(OS.LINUX)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Order(1)
class SparkClusterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  /// The words of a unit: what it does, and a file that it leaves with its process.
  private static final String LAUNCHER = """
      #!/bin/sh
      echo "$$" >"$2"
      case $1 in
        abort) kill -SEGV $$ ;;
        once) [ -f "$2.before" ] || { : >"$2.before"; exec sleep 600; } ;;
        sleep) exec sleep 600 ;;
      esac
      printf 'FINISHED\\n0\\n' >"$STRIATUM_END"
      """;

  @TempDir
  private static Path folder;
  private static Path launcher;
  private static Loopback cluster;
  private static JavaSparkContext context;
  private static SparkRunner runner;

  @TempDir
  private Path units;

  private final Map<String, UnitEnd> ends = new ConcurrentHashMap<>();
  private final List<String> places = Collections.synchronizedList(new ArrayList<>());
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  private final Watcher watcher = new Watcher() {
    @Override
    public void begins(WorkUnit unit, String where) {
      places.add(where);
    }

    @Override
    public void ends(WorkUnit unit, UnitEnd end) {
      assertThat(ends.put(unit.name(), end)).as("each ends once").isNull();
    }
  };

  @BeforeAll
  static void twoWorkers() throws Exception {
    launcher = Files.writeString(folder.resolve("a launcher's"), LAUNCHER);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    cluster = new Loopback(folder);
    cluster.addWorker();
    cluster.addWorker();
    context = SparkMaster
        .of(new EngineSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(cluster.url()),
            Loopback.configuration()))
        .connect(Loopback.jar());
    runner = new SparkRunner(context, launcher, 2, _ -> {});
  }

  @AfterAll
  static void end() throws IOException {
    if (runner != null) {
      runner.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private WorkUnit unit(String name, String does) {
    Path own = units.resolve(name);
    return new WorkUnit(name, List.of(does, own + ".pid"), own, units.resolve(name + ".log"));
  }

  private Path written(String name) throws Exception {
    Path file = units.resolve(name + ".pid");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.isRegularFile(file) || Files.size(file) == 0) {
      assertThat(System.nanoTime()).as(name + " begins").isLessThan(deadline);
      Thread.sleep(50);
    }
    return file;
  }

  private ProcessHandle process(String name) throws Exception {
    return ProcessHandle.of(Long.parseLong(Files.readString(written(name)).strip())).orElseThrow();
  }

  /// The same processes of Spark before and after: an executor that lost one would have gone with it.
  @Test
  void aNativeAbortCostsTheUnitAndTheExecutorLives() throws Exception {
    List<WorkUnit> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(unit("abort " + i, "abort"));
      all.add(unit("ok " + i, "ok"));
    }
    runner.run(all, watcher);
    assertThat(ends).hasSize(8).allSatisfy(
        (name, end) -> assertThat(end.kind()).isEqualTo(name.startsWith("abort") ? Kind.KILLED : Kind.FINISHED));
    List<String> before = places.stream().distinct().toList();
    assertThat(before).hasSizeBetween(1, 2);
    ends.clear();
    places.clear();
    runner.run(all.reversed(), watcher);
    assertThat(ends).hasSize(8);
    assertThat(places).as("they live").containsAll(before);
  }

  /// As when a machine goes: its unit is lost and runs again elsewhere, the unit beside it does not notice, and no process of the first
  /// is left.
  @Test
  void aWorkerThatIsKilledCostsItsUnit() throws Exception {
    Thread killer = Thread.ofPlatform().start(() -> {
      try {
        ProcessHandle first = process("lost");
        cluster.kill(first);
        cluster.addWorker();
        first.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        notes.add("ended");
      } catch (Exception e) {
        notes.add(e.toString());
      }
    });
    List<WorkUnit> all = List.of(unit("lost", "once"), unit("beside 1", "ok"), unit("beside 2", "ok"));
    new Units(runner, notes::add).run(all, watcher);
    killer.join();
    assertThat(ends).hasSize(3).allSatisfy((_, end) -> assertThat(end.isSuccess()).isTrue());
    assertThat(notes).hasSize(2).contains("ended").anyMatch(
        note -> note.startsWith("lost: ") && note.contains("tried again (2 of 3 times)"));
  }

  @Test
  void whoIsInterruptedEndsWhatRuns() throws Exception {
    Thread caller = Thread.currentThread();
    List<ProcessHandle> ran = Collections.synchronizedList(new ArrayList<>());
    Thread.ofPlatform().start(() -> {
      try {
        ran.add(process("first"));
        ran.add(process("second"));
      } catch (Exception e) {
        notes.add(e.toString());
      }
      caller.interrupt();
    });
    List<WorkUnit> all = List.of(unit("first", "sleep"), unit("second", "sleep"), unit("third", "ok"));
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> runner.run(all, watcher));
    assertThat(notes).isEmpty();
    assertThat(ran).hasSize(2).noneMatch(ProcessHandle::isAlive);
    assertThat(ends).isEmpty();
    assertThat(units.resolve("third.pid")).doesNotExist();
  }

  @Test
  void aFolderThatIsNotSharedIsNamed() {
    Path absent = folder.resolve("elsewhere/striatum");
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> new SparkRunner(context, absent, 2, _ -> {}).run(List.of(unit("unseen", "ok")), watcher))
        .withMessageContaining(absent.toString());
  }
}
