package org.striatum.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.process.Supervisor;

/// What every [UnitRunner] does, with units that a stand-in for the launcher runs. Linux.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
public abstract class UnitRunnerContract {
  private static final String STRANGE = "a 'b' \"c\" $HOME `d` %a \\ * é 日本";

  @TempDir
  private Path folder;

  /// Of the launcher.
  private Path home;
  private final List<String> notes = new CopyOnWriteArrayList<>();
  /// Processes of units, and what supervises them: they write to the folder.
  private final List<ProcessHandle> seen = new CopyOnWriteArrayList<>();

  /// The class of a [RunnerFactory].
  protected abstract Class<? extends RunnerFactory> factory();

  /// How many quick units run.
  protected int many() {
    return 200;
  }

  /// Options of the JVM of another process that runs units.
  protected List<String> driverOptions() {
    return List.of("-Xmx64m");
  }

  /// Puts more into the folder of the launcher.
  protected void furnish(@SuppressWarnings("unused") Path launchers) throws IOException {}

  @BeforeEach
  void writeLauncher() throws IOException {
    home = Files.createDirectories(folder.resolve("home of 'é'"));
    Path launcher = Files.writeString(home.resolve("striatum"), """
        #!/bin/sh
        case $1 in
        append)
          printf '%%s\\n' "$3" >>"$2"
          printf 'FINISHED\\n0\\n' >"$STRIATUM_END.tmp"
          exec mv "$STRIATUM_END.tmp" "$STRIATUM_END"
          ;;
        die) kill -9 $$ ;;
        esac
        export CLASSPATH=%s
        exec %s -Xmx32m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC %s -Xmx32m -XX:TieredStopAtLevel=1 %s "$@"
        """.formatted(UnitScript.quoted(System.getProperty("java.class.path")),
        UnitScript.quoted(Path.of(System.getProperty("java.home"), "bin", "java")), Supervisor.class.getName(),
        StandInUnit.class.getName()));
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    furnish(home);
  }

  @AfterEach
  void awaitTheirEnds() throws Exception {
    for (ProcessHandle process : seen) {
      assertGone(process);
    }
  }

  /// What is said by the runner.
  protected final List<String> notes() {
    return notes;
  }

  /// The folder of the test.
  protected final Path folder() {
    return folder;
  }

  /// The folder of the launcher.
  protected final Path home() {
    return home;
  }

  /// Opens a runner.
  protected final UnitRunner runner() throws Exception {
    return factory().getConstructor().newInstance().open(home, notes::add);
  }

  /// A unit.
  protected final WorkUnit unit(String name, Object... command) throws IOException {
    Path own = folder.resolve("units").resolve(name.replace('/', '_'));
    Files.createDirectories(own);
    return new WorkUnit(name, Arrays.stream(command).map(Object::toString).toList(), own, own.resolve("log.txt"));
  }

  /// What a runner tells, in order.
  public static final class Told implements UnitRunner.Watcher {
    private final List<String> lines = new ArrayList<>();
    private final List<UnitEnd> ends = new ArrayList<>();
    private final AtomicReference<Thread> teller = new AtomicReference<>();

    @Override
    public void prepares(WorkUnit unit) {
      add("prepares", unit);
    }

    @Override
    public void begins(WorkUnit unit, String where) {
      assertThat(where).isNotBlank();
      add("begins", unit);
    }

    @Override
    public void ends(WorkUnit unit, UnitEnd end) {
      add("ends", unit);
      ends.add(end);
    }

    private void add(String what, WorkUnit unit) {
      assertThat(teller.compareAndExchange(null, Thread.currentThread())).as("who tells at the same time").isNull();
      lines.add(what + " " + unit.name());
      teller.set(null);
    }

    /// How units ended.
    public List<UnitEnd> ends() {
      return ends;
    }

    /// What it was told of a unit.
    public List<String> of(WorkUnit unit) {
      return lines.stream().filter(line -> line.endsWith(" " + unit.name())).map(line -> line.split(" ", 2)[0])
          .toList();
    }
  }

  /// Runs units once each.
  protected final Told run(WorkUnit... units) throws Exception {
    Told told = new Told();
    try (UnitRunner runner = runner()) {
      runner.run(List.of(units), told);
    }
    return told;
  }

  private UnitEnd end(Object... command) throws Exception {
    return run(unit("one", command)).ends.getFirst();
  }

  @Test
  void everyUnitRunsOnceAndIsTold() throws Exception {
    Path file = folder.resolve("ran");
    List<WorkUnit> units = new ArrayList<>();
    for (int i = 0; i < many(); i++) {
      units.add(unit("unit-%03d".formatted(i), "append", file, i));
    }
    Told told = run(units.toArray(WorkUnit[]::new));
    assertThat(Files.readAllLines(file)).containsExactlyInAnyOrderElementsOf(
        IntStream.range(0, many()).mapToObj(Integer::toString).collect(Collectors.toSet())).hasSize(many());
    assertThat(units).allSatisfy(
        unit -> assertThat(told.of(unit)).containsExactly("prepares", "begins", "ends"));
    assertThat(told.ends).hasSize(many()).allMatch(UnitEnd::isSuccess);
  }

  @Test
  void noUnitsAreNoWork() throws Exception {
    assertThat(run().ends).isEmpty();
  }

  @Test
  void namesMayHoldWhatNamesHold() throws Exception {
    Path file = folder.resolve(STRANGE);
    assertThat(run(unit(STRANGE, "append", file, STRANGE), unit("plain", "append", file, "")).ends)
        .allMatch(UnitEnd::isSuccess);
    assertThat(Files.readAllLines(file)).containsExactlyInAnyOrder(STRANGE, "");
  }

  @Test
  void codeAndMessageComeThrough() throws Exception {
    assertThat(end("exit", 4, "a file's\nend — é")).isEqualTo(
        new UnitEnd(UnitEnd.Kind.FINISHED, 4, Optional.of("a file's\nend — é")));
  }

  @Test
  void oneThatIsKilledIsKilled() throws Exception {
    UnitEnd end = end("kill");
    assertThat(end.kind()).isEqualTo(UnitEnd.Kind.KILLED);
    assertThat(end.message()).hasValueSatisfying(message -> assertThat(message).contains("SIGKILL"));
  }

  @Test
  void oneWhoseWorkerDiesIsTriedThreeTimes() throws Exception {
    Told told = new Told();
    WorkUnit dies = unit("dies", "die");
    WorkUnit other = unit("other", "append", folder.resolve("ran"), "once");
    try (UnitRunner runner = runner()) {
      new Units(runner, notes::add).run(List.of(dies, other), told);
    }
    assertThat(told.of(dies)).containsExactly("prepares", "begins", "prepares", "begins", "prepares", "begins", "ends");
    assertThat(told.ends).hasSize(2).filteredOn(end -> !end.isSuccess()).singleElement()
        .matches(UnitEnd::mayPass);
    assertThat(Files.readAllLines(folder.resolve("ran"))).containsExactly("once");
    assertThat(notes).filteredOn(note -> note.startsWith("dies: ") && note.contains("tried again")).hasSize(2);
  }

  @Test
  void anInterruptionEndsWhatRuns() throws Exception {
    Path file = folder.resolve("process");
    WorkUnit waits = unit("waits", "wait", file);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread thread = Thread.ofPlatform().start(() -> {
      try {
        run(waits);
        thrown.complete(null);
      } catch (Throwable failed) {
        thrown.complete(failed);
      }
    });
    ProcessHandle process = process(file);
    thread.interrupt();
    assertThat(thrown.get(2, TimeUnit.MINUTES)).isInstanceOf(InterruptedException.class);
    assertGone(process);
  }

  @Test
  void whatAWatcherRefusesEndsTheOthers() throws Exception {
    Path file = folder.resolve("process");
    WorkUnit waits = unit("waits", "wait", file);
    WorkUnit fails = unit("fails", "exit", 1, "no");
    try (UnitRunner runner = runner()) {
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> runner.run(List.of(waits, fails), (_, _) -> {
        process(file);
        throw new IOException("refused");
      })).withMessage("refused");
    }
    for (ProcessHandle process : seen) {
      assertGone(process);
    }
  }

  @Test
  void ctrlCEndsWhatRuns() throws Exception {
    Path file = folder.resolve("process");
    Process driver = driver(file);
    ProcessHandle process = process(file);
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(driver.pid())).start().waitFor()).isZero();
    assertThat(driver.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertGone(process);
  }

  /// Another process that has a unit run which waits.
  protected final Process driver(Path file) throws IOException {
    // A shell may have left SIGINT ignored in this process.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
    command.addAll(driverOptions());
    command.addAll(List.of(ContractDriver.class.getName(), factory().getName(), home.toString(),
        folder.resolve("units").resolve("waits").toString(), file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(folder.resolve("driver.txt").toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Files.createDirectories(folder.resolve("units").resolve("waits"));
    return builder.start();
  }

  /// The process that a unit has written into a file.
  protected final ProcessHandle process(Path file) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    try {
      while (!Files.exists(file)) {
        assertThat(System.nanoTime()).as(file + " is waited for").isLessThan(deadline);
        Thread.sleep(20);
      }
      ProcessHandle process = ProcessHandle.of(Long.parseLong(Files.readString(file))).orElseThrow();
      seen.add(process);
      process.parent().filter(parent -> parent.pid() != ProcessHandle.current().pid()).ifPresent(seen::add);
      return process;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Waits a while for the end of a process.
  protected static void assertGone(ProcessHandle process) throws Exception {
    process.onExit().get(1, TimeUnit.MINUTES);
  }
}
