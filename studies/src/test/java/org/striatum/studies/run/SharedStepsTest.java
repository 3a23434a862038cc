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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FolderLock;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.WholeStudy;
import org.striatum.studies.dopamine.ContinuationSettings;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.ShareEngine;
import org.striatum.studies.shares.SharesFailedException;
import org.striatum.studies.shares.Workplace;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Steps whose pieces other processes compute: what they come to is what one process comes to, byte for byte, whatever becomes of the
/// others.
@Order(1)
class SharedStepsTest {
  private static final long SEED = 20261130;
  private static final Environment HERE = new Environment("striatum", new TreeMap<>(), 1, "some processor");
  private static final Path CHECKPOINT = Path.of("../checkpoints/tiny-reasoner-step2000");
  private static final Sampling SAMPLING = new Sampling(1, 0.95, 0, 24, true);
  private static final RolloutStep ASKED = new RolloutStep(ProblemSets.named("add,mul"));
  private static final RolloutSettings ROLLOUTS = RolloutSettings.defaults().withProblems(10).withSamples(2)
      .withSampling(SAMPLING).withSeed(7);
  private static final ContinuationSettings CONTINUATIONS = ContinuationSettings.defaults().withRollouts(6)
      .withDraws(3).withSeed(5);

  @TempDir
  Path folder;

  private final List<String> notes = new ArrayList<>();
  private SortedMap<String, Sha256> undisturbed;

  @BeforeEach
  void aloneIsTheStandard() throws IOException {
    steps(folder.resolve("alone"), Workplace.HERE);
    undisturbed = files(folder.resolve("alone"));
  }

  private RunModel model() {
    return RunModel.of(() -> HookedModel.open(CHECKPOINT, Optional.empty(), 1), _ -> 4, 1);
  }

  /// Two steps whose work is cut into pieces.
  private void steps(Path run, Workplace workplace) throws IOException {
    try (RunFolder opened = RunFolder.create(run); RunModel lent = model()) {
      StudyRun work = new StudyRun(opened, HERE, lent, notes::add, Progress.NONE).with(workplace);
      work.run(ASKED, ROLLOUTS);
      // Stands for the study: only how problems are split and its being finished matter here.
      String probe = ProbeStep.STUDY.name();
      List<Path> outputs = List.of(opened.settingsFile(probe), opened.resultsFile(probe));
      RecordJson.write(outputs.getFirst(), ProbeStep.STUDY.settingsFormat(), ProbeSettings.defaults());
      AtomicFile.write(outputs.getLast(), "{}".getBytes(StandardCharsets.UTF_8));
      opened.finish(probe, opened.key("", StudyRun.ROLLOUTS), outputs, HERE);
      work.run(ContinuationStep.ALL, CONTINUATIONS);
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

  /// What befalls a share.
  @FunctionalInterface
  private interface Fate {
    void of(Path share) throws IOException;
  }

  /// Shares computed one after another by what would be other processes.
  private record InTurn(int shares, Fate fate, List<Path> dealt) implements ShareEngine {
    @Override
    public void compute(String step, List<Path> folders) throws IOException {
      for (Path share : folders) {
        dealt.add(share);
        fate.of(share);
      }
    }
  }

  private InTurn engine(int shares, Fate fate) {
    return new InTurn(shares, fate, new ArrayList<>());
  }

  private void computed(Path share) throws IOException {
    computed(share, HERE);
  }

  private void computed(Path share, Environment environment) throws IOException {
    OwnShare own = OwnShare.in(share);
    try (RunFolder opened = RunFolder.read(own.run()); RunModel lent = model()) {
      StudyRun work = new StudyRun(opened, environment, lent, notes::add, Progress.NONE).with(Workplace.of(own));
      work.run(ASKED, ROLLOUTS);
      if (!own.isComputed()) {
        work.run(ContinuationStep.ALL, CONTINUATIONS);
      }
    }
    assertThat(own.isComputed()).isTrue();
  }

  @Test
  void oneShareOrManyComeToTheSame() throws IOException {
    comeToTheSame(1, 2, 7);
  }

  @Test
  @Tag("slow")
  void anyNumberOfSharesComesToTheSame() throws IOException {
    comeToTheSame(3, 4, 1000);
  }

  private void comeToTheSame(int... numbers) throws IOException {
    for (int shares : numbers) {
      Path run = folder.resolve("run" + shares);
      InTurn engine = engine(shares, this::computed);
      steps(run, Workplace.of(engine));
      assertThat(files(run)).as("%d shares", shares).isEqualTo(undisturbed);
      assertThat(engine.dealt).hasSizeGreaterThanOrEqualTo(Math.min(shares, 4));
    }
  }

  /// A driver that ends in the middle, again and again: what shares had finished is joined by the next, cut as it likes.
  @Test
  void aDriverThatEndsIsFollowedByAnother() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    Path run = folder.resolve("run");
    for (int end = 0; end < 6; end++) {
      int[] left = {random.nextInt(4)};
      InTurn dying = engine(2 + random.nextInt(5), share -> {
        if (left[0]-- == 0) {
          throw new IOException("the driver's end");
        }
        computed(share);
      });
      try {
        steps(run, Workplace.of(dying));
        break;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("the driver's end");
      }
    }
    steps(run, Workplace.of(engine(3, this::computed)));
    assertThat(files(run)).as("seed %d", SEED).isEqualTo(undisturbed);
  }

  /// Shares whose files are damaged, twice each time: nothing of them is taken that does not hold, and the rest is dealt again. Where that never
  /// ends it is a failure, and the same command goes on.
  @Test
  @Tag("slow")
  void damagedSharesAreDealtAgain() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    int[] damaged = {0};
    Fate damaging = share -> {
      computed(share);
      Path pieces = share.resolve("pieces.partial");
      byte[] bytes = Files.readAllBytes(pieces);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(pieces, bytes);
      damaged[0]++;
    };
    Path run = folder.resolve("run");
    assertThatThrownBy(() -> steps(run, Workplace.of(engine(1000, damaging))))
        .isInstanceOf(SharesFailedException.class);
    assertThat(notes).anyMatch(note -> note.endsWith("they are dealt again (3 of 3 times)"));
    int before = damaged[0];
    steps(run, Workplace.of(engine(3, share -> {
      if (damaged[0] < before + 2) {
        damaging.of(share);
      } else {
        computed(share);
      }
    })));
    assertThat(files(run)).as("seed %d", SEED).isEqualTo(undisturbed);
  }

  /// As a job of a cluster does whose driver was killed. The engine ends it; until then it is waited for only a while.
  @Test
  @Tag("slow")
  void sharesOfADeadDriverMayStillRun() throws IOException {
    Path run = folder.resolve("run");
    List<FolderLock> running = new ArrayList<>();
    assertThatThrownBy(() -> steps(run, Workplace.of(engine(2, share -> {
      computed(share);
      running.add(FolderLock.of(share));
      throw new IOException("the driver's end");
    })))).hasMessageContaining("the driver's end");
    InTurn engine = engine(5, share -> {
      while (!running.isEmpty()) {
        running.removeLast().close();
      }
      computed(share);
    });
    steps(run, Workplace.of(engine));
    assertThat(running).isEmpty();
    assertThat(files(run)).isEqualTo(undisturbed);
  }

  @Test
  void aProcessOfAnotherKindComputesNothing() throws IOException {
    Path run = folder.resolve("run");
    Environment other = new Environment("striatum", new TreeMap<>(), 2, "some processor");
    assertThatThrownBy(() -> steps(run, Workplace.of(engine(2, share -> computed(share, other)))))
        .isInstanceOf(BadDataException.class).hasMessageContaining("is a share of other work");
    try (Stream<Path> all = Files.walk(run)) {
      assertThat(all.filter(file -> file.endsWith("pieces.partial"))).isEmpty();
    }
  }

  @Test
  void aShareOfAnotherStudyIsRefused() throws IOException {
    Path run = folder.resolve("run");
    List<Path> dealt = new ArrayList<>();
    assertThatThrownBy(() -> steps(run, Workplace.of(engine(2, share -> {
      dealt.add(share);
      throw new IOException("the driver's end");
    })))).isInstanceOf(IOException.class);
    WholeStudy study = new WholeStudy(StudyRegistry.standard().with(ASKED), StudyPlan.DEFAULT, new WholeStudy.Runs() {
      @Override
      public RunModel model(ModelSource checkpoint) {
        return SharedStepsTest.this.model();
      }

      @Override
      public StudyRun run(RunFolder opened, RunModel model) {
        return new StudyRun(opened, HERE, model, notes::add, Progress.NONE);
      }
    }, new WholeStudy.Watcher() {
      @Override
      public void found(Study<?, ?> found, Record results, Path file) {}

      @Override
      public void companion(ModelSource checkpoint) {}
    });
    assertThatThrownBy(() -> study.compute(
        ModelSource.of(CHECKPOINT),
        folder.resolve("elsewhere"), List.of(), OwnShare.in(dealt.getFirst())))
        .hasMessageContaining("not a run of this");
    assertThatThrownBy(() -> study.compute(
        ModelSource.of(CHECKPOINT), run, List.of(),
        OwnShare.in(dealt.getFirst()))).as("other settings").hasMessageContaining("is a share of other work");
  }
}
