package org.striatum.cli.engine.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.striatum.cli.engine.RunnerFactory;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitRunnerContract;
import org.striatum.cli.engine.UnitScript;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.probe.run.UsageException;

/// With stand-ins for SLURM's programs, so that it needs no SLURM.
@EnabledOnOs(OS.LINUX)
class SlurmRunnerTest extends UnitRunnerContract {
  private static final SlurmRunner.Pace QUICK = new SlurmRunner.Pace(Duration.ofMillis(100), Duration.ofMillis(300),
      Duration.ofMillis(500));

  /// Over the stand-ins.
  public static final class StandIns implements RunnerFactory {
    @Override
    public UnitRunner open(Path home, Consumer<String> note) {
      return new SlurmRunner(slurm(home), new SlurmOptions(List.of()), home.resolve("striatum"), Optional.empty(),
          QUICK, note);
    }
  }

  private static Slurm slurm(Path home) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PATH", home.resolve("bin") + ":" + environment.get("PATH"));
    return new Slurm(environment);
  }

  @Override
  protected Class<? extends RunnerFactory> factory() {
    return StandIns.class;
  }

  @Override
  protected void furnish(Path home) throws IOException {
    Path programs = Files.createDirectories(home.resolve("bin"));
    for (String program : List.of("sbatch", "squeue", "scancel", "task")) {
      try (InputStream in = SlurmRunnerTest.class.getResourceAsStream(program)) {
        Files.copy(in, programs.resolve(program));
      }
      assertThat(programs.resolve(program).toFile().setExecutable(true)).isTrue();
    }
  }

  /// Jobs write to the folder until their last task is over.
  @AfterEach
  void awaitJobs() throws Exception {
    try (Stream<Path> all = Files.list(home().resolve("bin"))) {
      for (Path job : all.filter(Files::isDirectory).toList()) {
        for (int i = 0; i < 300 && Files.notExists(job.resolve("over")); i++) {
          Thread.sleep(100);
        }
      }
    }
  }

  /// The state of a task that a stand-in tells.
  private void say(int task, String state) throws IOException {
    Files.writeString(home().resolve("bin/job-1/" + task), state + "\n");
  }

  /// What becomes of a unit that waits when SLURM tells this of its task.
  private UnitEnd told(String state) throws Exception {
    Told told = new Told();
    Thread teller = Thread.ofPlatform().start(() -> {
      process(folder().resolve("process"));
      try {
        say(1, state);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    try (UnitRunner runner = runner()) {
      runner.run(List.of(unit("waits", "wait", folder().resolve("process"))), told);
    }
    teller.join();
    process(folder().resolve("process")).destroyForcibly();
    return told.ends().getFirst();
  }

  @Test
  void aTaskThatIsGoneWithoutAWordIsLostByStateAndNode() throws Exception {
    UnitEnd end = told("NODE_FAIL|node7|None|0");
    assertThat(end.kind()).isEqualTo(UnitEnd.Kind.LOST);
    assertThat(end.message()).hasValueSatisfying(
        message -> assertThat(message).contains("1_1", "NODE_FAIL", "node7", "log.txt"));
  }

  @Test
  void aTaskThatSlurmHoldsIsLost() throws Exception {
    assertThat(told("PENDING|node7|launch failed requeued held|0").kind()).isEqualTo(UnitEnd.Kind.LOST);
  }

  @Test
  void aCancelledTaskInterrupts() throws Exception {
    assertThat(told("CANCELLED|node7|None|0").kind()).isEqualTo(UnitEnd.Kind.INTERRUPTED);
  }

  /// A preempted unit leaves word that it was interrupted, and SLURM runs it again.
  @Test
  @Tag("slow")
  void aRequeuedTaskBeginsAgain() throws Exception {
    Path file = folder().resolve("process");
    WorkUnit waits = unit("waits", "wait", file);
    Told told = new Told();
    Thread requeue = Thread.ofPlatform().start(() -> {
      try {
        process(file);
        Thread.sleep(400); // it is seen to run
        Files.writeString(UnitScript.end(waits.folder()), "FINISHED\n143\n");
        say(1, "PENDING||BeginTime|0");
        Thread.sleep(1500);
        say(1, "RUNNING|node2|None|0");
        Thread.sleep(400);
        Files.writeString(UnitScript.end(waits.folder()), "FINISHED\n0\n");
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    try (UnitRunner runner = runner()) {
      runner.run(List.of(waits), told);
    }
    requeue.join();
    process(file).destroyForcibly();
    assertThat(told.of(waits)).containsExactly("prepares", "begins", "begins", "ends");
    assertThat(told.ends().getFirst().isSuccess()).isTrue();
    assertThat(notes()).as("why nothing runs").containsExactly("job 1 waits in SLURM's queue: BeginTime");
  }

  @Test
  void whatTheControllerForgotAccountingMayTell() throws Exception {
    Path accounting = Files.writeString(home().resolve("bin/sacct"), """
        #!/bin/sh
        echo '1_1|TIMEOUT|node3|None|0:0'
        """);
    assertThat(accounting.toFile().setExecutable(true)).isTrue();
    UnitEnd end = told("");
    assertThat(end.kind()).isEqualTo(UnitEnd.Kind.LOST);
    assertThat(end.message()).hasValueSatisfying(message -> assertThat(message).contains("took longer", "node3"));
  }

  /// The controller is away for a moment.
  @Test
  @Tag("slow")
  void anAnswerThatFailsIsAskedForAgain() throws Exception {
    Path squeue = home().resolve("bin/squeue");
    Path there = home().resolve("bin/squeue.there");
    Files.move(squeue, there);
    Files.writeString(squeue,
        """
            #!/bin/sh
            here=$(dirname "$0")
            echo x >>"$here/asked"
            [ "$(wc -l <"$here/asked")" -gt 3 ] || { echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1; }
            exec "$here/squeue.there" "$@"
            """);
    assertThat(squeue.toFile().setExecutable(true)).isTrue();
    assertThat(run(unit("one", "append", folder().resolve("ran"), "once")).ends()).allMatch(UnitEnd::isSuccess);
    assertThat(notes()).singleElement().asString().contains("does not answer");
  }

  @Test
  @Tag("slow")
  void theJobOfADriverThatDiedIsCancelledFirst() throws Exception {
    Path file = folder().resolve("process");
    Process driver = driver(file);
    ProcessHandle left = process(file);
    driver.destroyForcibly().waitFor();
    assertThat(left.isAlive()).isTrue();
    assertThat(run(unit("other", "append", folder().resolve("ran"), "once")).ends()).allMatch(UnitEnd::isSuccess);
    assertThat(notes()).singleElement().asString().contains("job 1 ", "died");
    assertThat(left.onExit().get(1, TimeUnit.SECONDS)).isNotNull();
    notes().clear();
    run(unit("other", "append", folder().resolve("ran"), "again"));
    assertThat(notes()).as("it was cancelled once").isEmpty();
  }

  /// Whatever works in the folder next: one process, or another engine.
  @Test
  @Tag("slow")
  void theJobOfADriverThatDiedIsCancelledWithoutARunner() throws Exception {
    Path file = folder().resolve("process");
    Process driver = driver(file);
    ProcessHandle left = process(file);
    driver.destroyForcibly().waitFor();
    LeftJobs jobs = new LeftJobs(slurm(home()), Duration.ofMillis(100), notes()::add);
    jobs.endAll(folder());
    assertThat(left.onExit().get(1, TimeUnit.SECONDS)).isNotNull();
    assertThat(notes()).singleElement().asString().contains("job 1 ", "died");
    jobs.endAll(folder());
    assertThat(notes()).as("it was cancelled once").hasSize(1);
  }

  /// On a machine that knows nothing of SLURM nobody can tell whether the job still runs.
  @Test
  void aJobThatCannotBeCancelledFromHereIsNamed() throws Exception {
    Path file = Files.writeString(
        Files.createDirectories(folder().resolve("shares/probe/.slurm")).resolve("job.txt"), "striatum-0123");
    LeftJobs jobs = new LeftJobs(new Slurm(Map.of("PATH", folder().toString())), Duration.ofMillis(100),
        notes()::add);
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> jobs.endAll(folder()))
        .withMessageContainingAll("scancel --name=striatum-0123", file.toString());
    assertThat(file).exists();
    Files.delete(file);
    jobs.endAll(folder());
  }

  @Test
  void aNodeThatDoesNotSeeTheFolderIsNamed() throws Exception {
    WorkUnit unit = unit("moved", "append", folder().resolve("ran"), "once");
    Files.delete(home().resolve("striatum"));
    try (UnitRunner runner = runner()) {
      assertThatExceptionOfType(UsageException.class).isThrownBy(() -> runner.run(List.of(unit), new Told()))
          .withMessageContainingAll("no shared folder", "node1", unit.folder().toString());
    }
  }

  @Test
  void whatSbatchRefusesIsItsOwnLine() throws Exception {
    SlurmRunner runner = new SlurmRunner(slurm(home()), SlurmOptions.of("--partition=none"), home().resolve("striatum"),
        Optional.empty(), QUICK, notes()::add);
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> runner.run(List.of(unit("one", "append", folder().resolve("ran"), "once")), new Told()))
        .withMessage("sbatch refuses the job: invalid partition specified: none");
  }

  @Test
  void withoutItsProgramsItSaysSo() {
    assertThatExceptionOfType(UsageException.class).isThrownBy(
        () -> new Slurm(Map.of("PATH", folder().toString())).require())
        .withMessageContaining("sbatch is not on the PATH");
  }

  @Test
  void noArrayIsLargerThanSlurmTakes() throws Exception {
    WorkUnit unit = unit("one", "append", folder().resolve("ran"), "once");
    assertThat(SlurmRunner.rounds(Collections.nCopies(2001, unit))).extracting(List::size).containsExactly(1000, 1000,
        1);
    assertThat(SlurmRunner.rounds(List.of())).isEmpty();
  }

  @Test
  void workersAreTasksAtATime() throws Exception {
    assertThat(SlurmScript.options(7, Optional.of(3), "name", SlurmOptions.of("-p 'a b'")))
        .contains("--array=1-7%3", "-p", "a b");
    assertThat(SlurmScript.options(7, Optional.empty(), "name", SlurmOptions.of(""))).contains("--array=1-7");
  }
}
