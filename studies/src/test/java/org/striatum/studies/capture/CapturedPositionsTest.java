package org.striatum.studies.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.about.AboutStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.uses.SearchSettings;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// Captures of some positions hold what a capture of all holds there, and which studies they do for.
class CapturedPositionsTest {
  private static final HookPoint HOOK = HookPoint.residPost(1);
  private static final Environment HERE = new Environment("striatum", new TreeMap<>(), 1, "some processor");
  private static final List<StoredPosition> ENDS = List.of(StoredPosition.S0, StoredPosition.STEP_ENDS,
      StoredPosition.LAST);

  @TempDir
  private static Path folder;

  /// Does something with a run whose states are stored at some positions.
  @FunctionalInterface
  private interface Use {
    void of(StudyRun run) throws IOException;
  }

  private static void captured(List<StoredPosition> positions, Use use) throws IOException {
    Path run = folder.resolve(StoredPosition.printed(positions));
    try (RunFolder opened = RunFolder.create(run);
        RunModel model = RunModel.of(
            () -> HookedModel.open(Path.of("../checkpoints/tiny-reasoner-step2000"), Optional.empty(), 1), _ -> 32,
            1)) {
      StudyRun studied = new StudyRun(opened, HERE, model, _ -> {}, Progress.NONE);
      studied.run(new RolloutStep(ProblemSets.named("mul,expr")),
          RolloutSettings.defaults().withProblems(8).withSamples(2)
              .withSampling(new Sampling(1, 1, 0, 80, true)).withSeed(3));
      studied.run(CaptureStep.STUDY,
          CaptureSettings.defaults().withHooks(HOOK.toString()).withPositions(positions));
      use.of(studied);
    }
  }

  @BeforeAll
  static void everyToken() throws IOException {
    captured(StoredPosition.EVERY, _ -> {});
  }

  @Test
  void rowsAreThoseOfACaptureOfAll() throws IOException {
    for (List<StoredPosition> positions : List.of(ENDS, List.of(StoredPosition.COMPLETION),
        List.of(StoredPosition.S0), List.of(StoredPosition.LAST))) {
      captured(positions, run -> {
        List<Rollout> rollouts = run.rollouts();
        CompletionText texts = run.completions();
        int stored = 0;
        try (ActivationStore all = ActivationStore.open(folder.resolve("all/activations"));
            ActivationStore some = ActivationStore.open(run.folder().activations())) {
          some.verify();
          for (int i = 0; i < rollouts.size(); i++) {
            int[] at = some.positions(i);
            assertThat(at).isEqualTo(expected(positions, rollouts.get(i), texts));
            for (int row = 0; row < at.length; row++) {
              assertThat(row(some, some.firstRow(i) + row)).containsExactly(row(all, all.firstRow(i) + at[row]));
            }
            stored += at.length;
          }
        }
        CaptureResults told = run.folder().results(CaptureStep.STUDY);
        assertThat(told.rows()).isEqualTo(stored);
        assertThat(told.bytes()).isEqualTo(stored * (256L * Float.BYTES + 12));
      });
    }
  }

  private static float[] row(ActivationStore store, long row) {
    float[] values = new float[store.width(HOOK)];
    store.rows(HOOK, row, 1, values, 0);
    return values;
  }

  private static int[] expected(List<StoredPosition> positions, Rollout rollout, CompletionText texts) {
    TreeSet<Integer> expected = new TreeSet<>();
    int first = rollout.promptLength() - 1;
    int last = rollout.tokens().length - 1;
    for (int t = first; t <= last; t++) {
      if (positions.contains(StoredPosition.COMPLETION) || (t == first && positions.contains(StoredPosition.S0))
          || (t == last && positions.contains(StoredPosition.LAST))) {
        expected.add(t);
      }
    }
    if (positions.contains(StoredPosition.STEP_ENDS)) {
      Arrays.stream(StepCutter.NEWLINE.cut(texts.pieces(rollout.sequence().continuation())).ends())
          .forEach(end -> expected.add(first + end));
      assertThat(expected).hasSizeGreaterThanOrEqualTo(last > first ? 2 : 1);
    }
    return expected.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void everyStudySaysWhatItCannotDoWithout() throws IOException {
    assertThat(lacking(StoredPosition.EVERY)).isEmpty();
    assertThat(lacking(List.of(StoredPosition.COMPLETION)))
        .containsOnlyKeys("about", "ablate", "surprise", "mediate");
    assertThat(lacking(ENDS)).containsOnlyKeys("about", "ablate", "surprise", "mediate", "dopamine", "baselines");
    assertThat(lacking(List.of(StoredPosition.S0, StoredPosition.LAST))).containsOnlyKeys("about", "ablate", "surprise",
        "mediate", "dopamine", "baselines", "search");
    assertThat(lacking(List.of(StoredPosition.LAST))).containsKeys("probe");
    captured(ENDS, run -> {
      assertThat(run.lacking(ProbeStep.STUDY, ProbeSettings.defaults().withPosition(StatePosition.THINK_END)))
          .isPresent();
      assertThat(run.lacking(SearchStep.STUDY, SearchSettings.defaults().withStep("paragraph"))).isPresent();
      assertThatThrownBy(() -> run.run(AboutStep.STUDY, AboutStep.STUDY.about().defaults()))
          .isInstanceOf(UsageException.class).hasMessageContaining("at all,").hasMessageContaining("s0,step-ends,last")
          .message().doesNotContain("\n");
    });
  }

  /// Study → why it refuses.
  private static SortedMap<String, String> lacking(List<StoredPosition> positions) throws IOException {
    SortedMap<String, String> found = new TreeMap<>();
    captured(positions, run -> {
      for (Study<?, ?> study : StudyRegistry.standard().studies()) {
        why(run, study).ifPresent(why -> found.put(study.name(), why));
      }
    });
    return found;
  }

  private static <S extends Record> Optional<String> why(StudyRun run, Study<S, ?> study) throws IOException {
    return run.lacking(study, study.about().defaults());
  }

  @Test
  void settingsOfAllPositionsAreWrittenAsBefore() {
    CaptureSettings settings = CaptureSettings.defaults();
    assertThat(settings.withPositions(StoredPosition.EVERY)).isEqualTo(settings);
    assertThat(settings.withPositions(List.of(StoredPosition.LAST, StoredPosition.S0)))
        .isEqualTo(settings.withPositions(List.of(StoredPosition.S0, StoredPosition.LAST)));
    assertThat(settings.at()).isEqualTo(StoredPosition.EVERY);
    assertThat(new String(RecordJson.compact(settings), StandardCharsets.UTF_8)).doesNotContain("positions");
  }
}
