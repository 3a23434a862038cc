package org.striatum.studies.shares;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.splits.SplitsSettings;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.transfer.CompareSettings;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Studies whose work is cut into pieces come to the same files, byte for byte, whether they run undisturbed, are ended at any place and
/// run again, or have their pieces computed by others; and to the same results where nothing is kept.
@Tag("slow")
class SharedStudiesTest {
  private static final long SEED = 20261130;
  private static final int ENDS = 3;
  private static final Environment HERE = new Environment("striatum", new TreeMap<>(), 1, "some processor");
  private static final ProbeSettings PROBE = ProbeSettings.quick()
      .withStudy(study -> study
          .withTraining(training -> training.withHidden(8).withStopping(
              stopping -> stopping.withMaxEpochs(2).withSorting(sorting -> sorting.withPasses(2, 3).withApart(1))))
          .withPruning(pruning -> pruning.withRandomSets(3))
          .withSparse(sparse -> sparse.withPermutations(4).withPath(4, 0.2))
          .withSummary(summary -> summary.withResamples(100))
          .withControls(controls -> controls.withFolds(3).withRotations(3).withRandomSets(5).withNestedPermutations(2)
              .withStabilityResamples(3).withProbeSeeds(3)
              .withPower(power -> power.withPlanted(4).withRotated(1))))
      .withSplit(_ -> new ProblemSplit(0.4, 0.3, 1));

  @TempDir
  static Path shared;

  @TempDir
  Path folder;

  private int rounds;
  private int most;

  /// The end of a process, as far as a study can tell.
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /// Ends the work that reports to it after so many units, of whatever task.
  private static final class EndedAfter implements Progress {
    private final long units;
    private long done;

    EndedAfter(long units) {
      this.units = units;
    }

    @Override
    public Task start(String name, long total, String unit) {
      return step -> {
        done += step;
        if (done >= units) {
          throw new Ended();
        }
      };
    }
  }

  /// Two data sets with all that the studies read, and one that is always answered wrongly, so that nothing can be studied on it.
  @BeforeAll
  static void makeRun() throws IOException {
    try (RunFolder made = RunFolder.create(shared.resolve("run")); RunModel model = model()) {
      StudyRun run = new StudyRun(made, HERE, model, _ -> {}, Progress.NONE);
      run.run(new RolloutStep(ProblemSets.named("mul-fixed,add-fixed,mul-long")),
          RolloutSettings.defaults().withProblems(90)
              .withSampling(new Sampling(1, 1, 0, 110, true)).withSeed(7));
      run.run(CaptureStep.STUDY,
          CaptureSettings.defaults().withHooks("blocks.0.hook_resid_post", "blocks.2.hook_resid_post"));
    }
  }

  private static RunModel model() {
    return RunModel.of(() -> HookedModel.open(Path.of("../checkpoints/tiny-reasoner-step3000"), Optional.empty(), 1),
        _ -> 64, 1);
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

  private Path copy(Path from, String name) throws IOException {
    Path to = folder.resolve(name);
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.createDirectories(to.resolve(from.relativize(file)).getParent());
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
    return to;
  }

  private static <S extends Record, R extends Record> R run(Path run, Study<S, R> study, S settings, Progress progress,
      Workplace place) throws IOException {
    try (RunFolder opened = RunFolder.open(run); RunModel model = model()) {
      return new StudyRun(opened, HERE, model, _ -> {}, progress).with(place).run(study, settings);
    }
  }

  private static Path with(Path run, ProbeSettings settings) throws IOException {
    run(run, ProbeStep.STUDY, settings, Progress.NONE, Workplace.HERE);
    return run;
  }

  /// Computes every share in this process, one after the other, the last one first.
  private <S extends Record> ShareEngine inTurn(Path run, Study<S, ?> study, S settings, int shares) {
    return new ShareEngine() {
      @Override
      public int shares() {
        return shares;
      }

      @Override
      public void compute(String step, List<Path> folders) throws IOException {
        rounds++;
        most = Math.max(most, folders.size());
        for (Path one : folders.reversed()) {
          try (RunFolder opened = RunFolder.read(run); RunModel model = model()) {
            OwnShare share = OwnShare.in(one);
            new StudyRun(opened, HERE, model, _ -> {}, Progress.NONE).with(Workplace.of(share)).run(study, settings);
            assertThat(share.isComputed()).isTrue();
          }
        }
      }
    };
  }

  private <S extends Record, R extends Record> R same(Path begun, Study<S, R> study, S settings) throws IOException {
    Path undisturbed = copy(begun, "undisturbed");
    EndedAfter never = new EndedAfter(Long.MAX_VALUE);
    R results = run(undisturbed, study, settings, never, Workplace.HERE);
    SortedMap<String, Sha256> expected = files(undisturbed);

    try (RunFolder opened = RunFolder.read(undisturbed); RunModel model = model()) {
      R again = study.find(new StudyRun(opened, HERE, model, _ -> {}, Progress.NONE), settings).results();
      assertThat(RecordJson.pretty(study.format(), again))
          .isEqualTo(Files.readAllBytes(opened.resultsFile(study.name())));
    }

    RandomGenerator random = new SplittableRandom(SEED);
    Path ended = copy(begun, "ended");
    Path kept = ended.resolve("results/" + study.name() + ".json.partial");
    List<Long> sizes = new ArrayList<>();
    for (int end = 0; end < ENDS; end++) {
      long units = random.nextLong(end * never.done / ENDS, (end + 1) * never.done / ENDS);
      try {
        run(ended, study, settings, new EndedAfter(units), Workplace.HERE);
        throw new AssertionError(study.name() + " ended before " + units + " units");
      } catch (Ended _) {
        sizes.add(Files.exists(kept) ? Files.size(kept) : 0);
      }
    }
    run(ended, study, settings, Progress.NONE, Workplace.HERE);
    assertThat(sizes).isSorted();
    assertThat(sizes.getLast()).isPositive();
    assertThat(files(ended)).as("seed %d, kept %s bytes", SEED, sizes).isEqualTo(expected);

    Path dealt = copy(begun, "dealt");
    run(dealt, study, settings, Progress.NONE, Workplace.of(inTurn(dealt, study, settings, 3)));
    assertThat(files(dealt)).as("%d rounds", rounds).isEqualTo(expected);
    assertThat(rounds).isPositive();
    assertThat(most).isGreaterThan(1);
    return results;
  }

  @Test
  void probe() throws IOException {
    ValueNeuronResults results = same(shared.resolve("run"), ProbeStep.STUDY, PROBE);
    assertThat(results.datasets()).hasSize(3);
    assertThat(results.layers()).hasSize(4);
    assertThat(results.controls()).hasSize(2).allSatisfy(controls -> {
      assertThat(controls.nested()).isNotNull();
      assertThat(controls.power().shares()).isNotEmpty();
    });
  }

  @Test
  void splits() throws IOException {
    Path begun = with(copy(shared.resolve("run"), "begun"), PROBE);
    assertThat(same(begun, SplitsStep.STUDY, SplitsSettings.defaults().withSplits(3)).answers()).isNotEmpty();
  }

  @Test
  void dopamine() throws IOException {
    Path begun = with(copy(shared.resolve("run"), "begun"), PROBE);
    DopamineStepSettings settings = DopamineStepSettings.quick().withValues(DopamineStep.Values.PROBE)
        .withStudy(study -> study.withResamples(100).withTests(tests -> tests.withRetrainings(40)));
    run(begun, ContinuationStep.STUDY, settings.continuations(), Progress.NONE, Workplace.HERE);
    DopamineResults results = same(begun, DopamineStep.STUDY, settings);
    assertThat(results.layers()).isNotEmpty();
  }

  /// A run with itself under another name: all coordinates are comparable.
  @Test
  void compare() throws IOException {
    Path begun = with(copy(shared.resolve("run"), "begun"), PROBE);
    try (RunFolder other = RunFolder.read(copy(begun, "other"))) {
      TransferResults results = same(begun, new CompareStep(List.of(other), true), CompareSettings.defaults()
          .withStudy(study -> study.withRandomSets(3).withPermutations(19).withResamples(100)
              .withPower(power -> power.withShuffles(19).withPlanted(5))));
      assertThat(results.bases()).singleElement().matches(TransferResults.Basis::common);
      assertThat(results.overlaps()).isNotEmpty();
    }
  }
}
