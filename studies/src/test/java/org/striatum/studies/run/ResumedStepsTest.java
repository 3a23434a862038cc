package org.striatum.studies.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.onnx.HeldWeights;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.ShareEngine;
import org.striatum.studies.shares.Workplace;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Steps that end in the middle, at any piece of work, and are run again: what they come to is what an undisturbed run
/// comes to, byte for byte.
class ResumedStepsTest {
  private static final long SEED = 20261130;
  private static final Environment HERE = new Environment("striatum", new TreeMap<>(), 1, "some processor");
  private static final Sampling SAMPLING = new Sampling(1, 0.95, 0, 24, true);
  private static final long CAPTURED = 2800; // rollouts

  /// Where drawn rollouts, and their states captured without an end, are made by the test that needs them first.
  @TempDir
  static Path shared;

  @TempDir
  Path folder;

  private final List<String> notes = new ArrayList<>();
  private int batch = 4;
  private Optional<Memory> memory = Optional.empty();

  /// The end of a process, as far as a step can tell.
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// Ends the work that reports to it after some units of one task.
  private static final class EndedAfter implements Progress {
    private final String task;
    private final long units;
    private long begun = -1;
    private long done;

    EndedAfter(String task, long units) {
      this.task = task;
      this.units = units;
    }

    @Override
    public Task start(String name, long total, String unit) {
      return resume(name, total, 0, unit);
    }

    @Override
    public Task resume(String name, long total, long before, String unit) {
      if (!name.equals(task)) {
        return Task.SILENT;
      }
      begun = before;
      return step -> {
        done += step;
        assertThat(begun + done).isLessThanOrEqualTo(total);
        if (done >= units) {
          throw new Ended();
        }
      };
    }
  }

  /// Some steps of a run.
  @FunctionalInterface
  private interface Steps {
    void run(StudyRun run) throws IOException;
  }

  private void run(Path run, Environment environment, Steps steps, Progress progress) throws IOException {
    try (RunFolder opened = RunFolder.create(run);
        RunModel lent = RunModel.of(this::opened, _ -> batch, 1)) {
      steps.run(new StudyRun(opened, environment, lent, notes::add, progress));
    }
  }

  private HookedModel opened() throws IOException {
    return HookedModel.open(Path.of("../checkpoints/tiny-reasoner-step2000"), memory, 1);
  }

  /// Runs steps until one has reported some units.
  private EndedAfter endedAfter(Path run, Steps steps, String task, long units) throws IOException {
    EndedAfter end = new EndedAfter(task, units);
    try {
      run(run, HERE, steps, end);
      throw new AssertionError(task + " ended before " + units + " units");
    } catch (Ended _) {
      return end;
    }
  }

  private static SortedMap<String, Sha256> files(Path run) throws IOException {
    SortedMap<String, Sha256> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(run)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(run.relativize(file).toString(), Sha256.of(file));
      }
    }
    return files;
  }

  private static Steps rollouts(int problems, Sampling sampling) {
    return run -> run.run(new RolloutStep(ProblemSets.named("add,mul")),
        RolloutSettings.defaults().withProblems(problems).withSamples(2).withSampling(sampling).withSeed(7));
  }

  private static StudyRun silent(StudyRun run) {
    return new StudyRun(run.folder(), run.environment(), run.model(), run.note(), Progress.NONE);
  }

  private static final Steps CONTINUATIONS = run -> {
    rollouts(10, SAMPLING).run(silent(run));
    // Stands for the study: only how problems are split and its being finished matter here.
    String probe = ProbeStep.STUDY.name();
    List<Path> outputs = List.of(run.folder().settingsFile(probe), run.folder().resultsFile(probe));
    RecordJson.write(outputs.getFirst(), ProbeStep.STUDY.settingsFormat(), ProbeSettings.defaults());
    AtomicFile.write(outputs.getLast(), "{}".getBytes(StandardCharsets.UTF_8));
    run.folder().finish(probe, run.folder().key("", StudyRun.ROLLOUTS), outputs, HERE);
    run.run(ContinuationStep.ALL, ContinuationSettings.defaults().withRollouts(6).withDraws(3).withSeed(5));
  };

  /// Several shards.
  private static void capture(StudyRun run) throws IOException {
    run.run(CaptureStep.STUDY, CaptureSettings.defaults().withHooks("blocks.1.hook_resid_post"));
  }

  /// A run of rollouts that can be captured.
  private Path drawn(String name) throws IOException {
    return copy(drawn(), folder.resolve(name));
  }

  private Path drawn() throws IOException {
    Path drawn = shared.resolve("drawn");
    if (!Files.exists(drawn)) {
      run(drawn, HERE, rollouts(700, new Sampling(1, 1, 0, 4, true)), Progress.NONE);
    }
    return drawn;
  }

  /// The files of an undisturbed capture.
  private SortedMap<String, Sha256> captured() throws IOException {
    Path captured = shared.resolve("captured");
    if (!Files.exists(captured)) {
      run(copy(drawn(), captured), HERE, ResumedStepsTest::capture, Progress.NONE);
    }
    return files(captured);
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }

  /// As on machines that would each choose another way: a run that goes on elsewhere keeps the way it began with, and who asks
  /// for another is told.
  @Test
  void aRunKeepsTheWayItsWeightsAreHeld() throws IOException {
    Steps steps = rollouts(6, SAMPLING);
    memory = Optional.of(Memory.LOW);
    run(folder.resolve("undisturbed"), HERE, steps, Progress.NONE);
    endedAfter(folder.resolve("moved"), steps, StudyRun.ROLLOUTS, 8);
    memory = Optional.empty(); // fast, for a model of this size
    run(folder.resolve("moved"), HERE, steps, Progress.NONE);
    assertThat(files(folder.resolve("moved"))).isEqualTo(files(folder.resolve("undisturbed")));
    run(folder.resolve("auto"), HERE, steps, Progress.NONE);
    try (RunFolder moved = RunFolder.read(folder.resolve("moved"));
        RunFolder auto = RunFolder.read(folder.resolve("auto"))) {
      assertThat(moved.manifest().inputs().checkpoint().memory()).isEqualTo(HeldWeights.all(Memory.LOW));
      assertThat(auto.manifest().inputs().checkpoint().memory()).isEqualTo(HeldWeights.all(Memory.FAST));
      assertThat(moved.manifest().step(StudyRun.ROLLOUTS).orElseThrow().key())
          .isNotEqualTo(auto.manifest().step(StudyRun.ROLLOUTS).orElseThrow().key());
    }
    memory = Optional.of(Memory.FAST);
    assertThatThrownBy(() -> run(folder.resolve("moved"), HERE, steps, Progress.NONE))
        .isInstanceOf(UsageException.class).hasMessageContaining("checkpoint.memory");
  }

  /// Ends steps three times at random, each time later, and compares what they come to in the end.
  private void resumed(Steps steps, String task, String partial) throws IOException {
    Path undisturbed = folder.resolve("undisturbed");
    EndedAfter never = new EndedAfter(task, Long.MAX_VALUE);
    run(undisturbed, HERE, steps, never);
    SplittableRandom random = new SplittableRandom(SEED);
    Path run = folder.resolve("run");
    List<Long> begun = new ArrayList<>();
    for (int end = 0; end < 3; end++) {
      begun.add(endedAfter(run, steps, task, random.nextLong(never.done / 6, never.done / 3)).begun);
      assertThat(run.resolve(partial)).exists();
    }
    notes.clear();
    run(run, HERE, steps, Progress.NONE);
    assertThat(files(run)).as("seed %d, begun at %s", SEED, begun).isEqualTo(files(undisturbed));
    assertThat(begun).isSorted();
    assertThat(begun.getLast()).isPositive();
    assertThat(notes).filteredOn(note -> note.contains("continues at")).singleElement().asString()
        .matches(task + ": continues at [0-9,]+ of [0-9,]+");
  }

  @Test
  void rolloutsGoOn() throws IOException {
    resumed(rollouts(20, SAMPLING), "rollouts", "results/rollouts.json.partial");
  }

  /// A set of one name and seed that comes to choose its problems otherwise: what is kept is of other questions.
  private record Reversed(ProblemSet of) implements ProblemSet {
    @Override
    public String name() {
      return of.name();
    }

    @Override
    public Problem problem(RandomGenerator random) {
      return of.problem(random);
    }

    @Override
    public Grader grader() {
      return of.grader();
    }

    @Override
    public List<Problem> draw(int count, long seed) {
      return of.draw(count, seed).reversed();
    }
  }

  @Test
  void rolloutsOfOtherProblemsAreNotMixed() throws IOException {
    Path run = folder.resolve("run");
    ProblemSet set = ProblemSets.named("mul").getFirst();
    endedAfter(run, one(set), "rollouts", 8);
    run(run, HERE, one(new Reversed(set)), Progress.NONE);
    run(folder.resolve("undisturbed"), HERE, one(new Reversed(set)), Progress.NONE);
    assertThat(files(run)).isEqualTo(files(folder.resolve("undisturbed")));
    assertThat(notes).as("what is made again is said").anyMatch(note -> note.contains("made again"));
  }

  private static Steps one(ProblemSet set) {
    return run -> run.run(new RolloutStep(List.of(set)),
        RolloutSettings.defaults().withProblems(20).withSamples(1).withSampling(SAMPLING).withSeed(7));
  }

  @Test
  void continuationsGoOn() throws IOException {
    batch = 20;
    resumed(CONTINUATIONS, "continuations", "results/continuations.json.partial");
  }

  @Test
  void entropiesGoOn() throws IOException {
    batch = 20;
    Path run = folder.resolve("run");
    endedAfter(run, CONTINUATIONS, "continuations", 25);
    EndedAfter again = new EndedAfter("token entropies", Long.MAX_VALUE);
    run(run, HERE, CONTINUATIONS, again);
    assertThat(again.begun).as("all were kept").isEqualTo(12);
    assertThat(again.done).isZero();
  }

  @Test
  void capturesGoOn() throws IOException {
    batch = 256;
    SortedMap<String, Sha256> undisturbed = captured();
    Path run = drawn("run");
    assertThat(endedAfter(run, ResumedStepsTest::capture, "capture", 1).begun).isZero();
    long begun = endedAfter(run, ResumedStepsTest::capture, "capture", 1).begun;
    assertThat(begun).isPositive();
    assertThat(run.resolve("results/capture.json.partial")).exists();
    assertThat(run.resolve("activations/index.json")).doesNotExist();
    EndedAfter last = new EndedAfter("capture", Long.MAX_VALUE);
    run(run, HERE, ResumedStepsTest::capture, last);
    assertThat(last.begun).isGreaterThan(begun);
    assertThat(last.begun + last.done).isEqualTo(CAPTURED);
    assertThat(files(run)).isEqualTo(undisturbed);
  }

  /// A shard that was damaged since, and one that went missing, are recorded again; what others left is gone.
  @Test
  @Tag("slow")
  void damagedShardsAreRecordedAgain() throws IOException {
    batch = 256;
    SortedMap<String, Sha256> undisturbed = captured();
    Path run = drawn("run");
    endedAfter(run, ResumedStepsTest::capture, "capture", CAPTURED);
    Path states = run.resolve("activations");
    Path first = states.resolve("shard-00000.safetensors");
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length - 1] ^= 1;
    Files.write(first, bytes);
    Files.delete(states.resolve("shard-00001.safetensors"));
    Files.write(states.resolve("shard-00077.safetensors"), new byte[]{1});
    Files.write(states.resolve(".shard-00000.safetensors.killed.tmp"), new byte[]{1});
    EndedAfter again = new EndedAfter("capture", Long.MAX_VALUE);
    run(run, HERE, ResumedStepsTest::capture, again);
    assertThat(again.begun).isPositive();
    assertThat(again.done).isPositive();
    assertThat(notes).anyMatch(note -> note.contains("capture.json.partial is damaged"));
    assertThat(files(run)).isEqualTo(undisturbed);
  }

  @Test
  void capturesByShares() throws IOException {
    capturesBy(2);
  }

  @Test
  @Tag("slow")
  void capturesByOneShareOrMany() throws IOException {
    capturesBy(1, 5);
  }

  /// Shares that are computed one after another as other processes would, by an engine that damages a shard of the first round.
  private void capturesBy(int... numbers) throws IOException {
    batch = 256;
    SortedMap<String, Sha256> undisturbed = captured();
    for (int shares : numbers) {
      Path run = drawn("run-" + shares);
      List<Integer> rounds = new ArrayList<>();
      ShareEngine engine = new ShareEngine() {
        @Override
        public int shares() {
          return shares;
        }

        @Override
        public void compute(String step, List<Path> dealt) throws IOException {
          rounds.add(dealt.size());
          for (Path share : dealt) {
            assertThat(run.resolve("activations/index.json")).doesNotExist();
            try (RunFolder read = RunFolder.read(run); RunModel lent = RunModel.of(() -> opened(), _ -> batch, 1)) {
              capture(new StudyRun(read, HERE, lent, notes::add, Progress.NONE).with(Workplace.of(OwnShare.in(share))));
            }
          }
          if (rounds.size() == 1) {
            Files.write(run.resolve("activations/shard-00002.safetensors"), new byte[]{1, 2});
          }
        }
      };
      run(run, HERE, driver -> capture(driver.with(Workplace.of(engine))), Progress.NONE);
      assertThat(files(run)).as("%d shares", shares).isEqualTo(undisturbed);
      assertThat(rounds).as("shares, round by round").hasSize(2).last().isEqualTo(1);
    }
  }

  @Test
  void anotherBatchSizeTakesWhatWasKept() throws IOException {
    Path undisturbed = folder.resolve("undisturbed");
    run(undisturbed, HERE, rollouts(20, SAMPLING), Progress.NONE);
    Path run = folder.resolve("run");
    endedAfter(run, rollouts(20, SAMPLING), "rollouts", 50);
    EndedAfter other = new EndedAfter("rollouts", Long.MAX_VALUE);
    batch = 9;
    run(run, HERE, rollouts(20, SAMPLING), other);
    assertThat(other.begun).isPositive();
    assertThat(files(run)).isEqualTo(files(undisturbed));
  }

  @Test
  void damageIsSaidAndMadeAgain() throws IOException {
    Path undisturbed = folder.resolve("undisturbed");
    run(undisturbed, HERE, rollouts(20, SAMPLING), Progress.NONE);
    Path run = folder.resolve("run");
    endedAfter(run, rollouts(20, SAMPLING), "rollouts", 60);
    Path partial = run.resolve("results/rollouts.json.partial");
    byte[] bytes = Files.readAllBytes(partial);
    bytes[bytes.length / 2] ^= 1;
    Files.write(partial, bytes);
    EndedAfter again = new EndedAfter("rollouts", Long.MAX_VALUE);
    run(run, HERE, rollouts(20, SAMPLING), again);
    assertThat(again.begun).isBetween(4L, 40L);
    assertThat(notes).anyMatch(note -> note.contains("rollouts.json.partial is damaged"));
    assertThat(files(run)).isEqualTo(files(undisturbed));
  }

  @Test
  void whatAnotherEnvironmentMadeIsMadeAnew() throws IOException {
    Path run = folder.resolve("run");
    endedAfter(run, rollouts(20, SAMPLING), "rollouts", 60);
    EndedAfter again = new EndedAfter("rollouts", Long.MAX_VALUE);
    run(run, new Environment("striatum", new TreeMap<>(), 2, "some processor"), rollouts(20, SAMPLING), again);
    assertThat(again.begun).isZero();
    assertThat(notes).anyMatch(note -> note.contains("in another environment"));
  }

  @Test
  void whatIsLeftOfAFinishedStepIsDeleted() throws IOException {
    Path run = folder.resolve("run");
    run(run, HERE, rollouts(2, SAMPLING), Progress.NONE);
    SortedMap<String, Sha256> files = files(run);
    Files.writeString(run.resolve("results/rollouts.json.partial"), "killed before it was deleted");
    run(run, HERE, rollouts(2, SAMPLING), Progress.NONE);
    assertThat(files(run)).isEqualTo(files);
  }
}
