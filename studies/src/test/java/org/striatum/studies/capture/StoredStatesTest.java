package org.striatum.studies.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.studies.about.AboutStep;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.value.ProbeSettings;
import org.striatum.studies.value.ProbeStep;

/// The same rollouts of the bundled checkpoint with hidden states stored in fewer bytes: what is asked of them is answered alike.
@Tag("slow")
@Order(1)
class StoredStatesTest {
  /// Largest difference of an AUROC with states in half precision.
  private static final double ROUNDED = 0.01;
  /// The same of value probes that were trained on fewer states, which are other probes.
  private static final double FEWER = 0.25;
  /// Coordinates, a tenth of the layer's.
  private static final int BEST = 26;
  private static final List<StoredPosition> ENDS = List.of(StoredPosition.S0, StoredPosition.STEP_ENDS,
      StoredPosition.LAST);
  private static final Set<ProbeKind> AT_S0 = Set.of(ProbeKind.LINEAR, ProbeKind.SPARSE);
  private static final Environment HERE = new Environment("striatum", new TreeMap<>(), 1, "some processor");

  @TempDir
  private static Path folder;

  private static Variant all;

  /// What was found with states stored in one way.
  private record Variant(Path run, long bytes, ValueNeuronResults values) {
    private static Variant of(String name, CaptureSettings captured) throws IOException {
      Path run = folder.resolve(name);
      Files.createDirectories(run);
      try (RunFolder opened = RunFolder.create(run); RunModel model = model()) {
        StudyRun studied = new StudyRun(opened, HERE, model, _ -> {}, Progress.NONE);
        studied.run(new RolloutStep(ProblemSets.named("mul-fixed,add-fixed")),
            RolloutSettings.defaults().withProblems(400)
                .withSamples(2).withSampling(new Sampling(1, 1, 0, 60, true)).withSeed(3));
        CaptureResults states = studied.run(CaptureStep.STUDY, captured);
        ValueNeuronResults values = studied.run(ProbeStep.STUDY, probing());
        studied.run(ConfidenceStep.STUDY, ConfidenceStep.STUDY.about().defaults());
        return new Variant(run, states.bytes(), values);
      }
    }

    private Map<String, Verdict> verdicts() {
      return ProbeStep.STUDY.answers("checkpoint", values).entrySet().stream()
          .flatMap(answer -> answer.getValue().stream()
              .map(finding -> Map.entry(answer.getKey() + " " + finding.of(), finding)))
          .collect(Collectors.toMap(Map.Entry::getKey, one -> verdict(one.getValue()), (first, _) -> first,
              TreeMap::new));
    }

    private static Verdict verdict(Finding finding) {
      return finding.verdict();
    }

    /// Largest difference of an AUROC from another variant's.
    private double apart(Variant other, boolean valueProbes) {
      return values.layers().stream().flatMap(layer -> layer.probes().stream()
          .filter(probe -> AT_S0.contains(probe.probe()) != valueProbes)
          .map(probe -> Math.abs(probe.test().value() - other.auroc(layer, probe))))
          .mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    private double auroc(LayerProbes layer, ProbeAuroc probe) {
      return values.at(layer.dataset(), layer.hook().toString()).probes().stream()
          .filter(own -> own.probe() == probe.probe()).findFirst().orElseThrow().test().value();
    }
  }

  private static RunModel model() {
    return RunModel.of(() -> HookedModel.open(Path.of("../checkpoints/tiny-reasoner-step2000"), Optional.empty(), 1),
        _ -> 256, 1);
  }

  private static ProbeSettings probing() {
    return ProbeSettings.quick().withStudy(study -> study
        .withTraining(training -> training.withHidden(64)
            .withStopping(stopping -> stopping.withMaxEpochs(6).withSorting(sorting -> sorting.withPasses(4, 6))))
        .withSparse(sparse -> sparse.withPermutations(3))
        .withControls(controls -> controls.withPower(power -> power.withPlanted(0))));
  }

  private static CaptureSettings captured() {
    return CaptureSettings.defaults().withHooks("blocks.1.hook_resid_post");
  }

  @BeforeAll
  static void everyTokenInSinglePrecision() throws IOException {
    all = Variant.of("all", captured());
  }

  private static void compared(String name, Variant found) {
    System.out.printf("%s: %.1f %% of the bytes, AUROC at s0 within %.4f, of value probes within %.4f%n", name,
        100.0 * found.bytes / all.bytes, found.apart(all, false), found.apart(all, true));
    assertThat(found.verdicts()).as(name).isEqualTo(all.verdicts()).isNotEmpty();
    for (LayerProbes layer : found.values.layers()) {
      List<Integer> before = all.values.at(layer.dataset(), layer.hook().toString()).order().subList(0, BEST);
      assertThat(layer.order().subList(0, BEST)).as("%s: the best coordinates of %s", name, layer.dataset())
          .filteredOn(before::contains).hasSizeGreaterThanOrEqualTo(BEST * 9 / 10);
    }
  }

  @Test
  void completionsGiveTheSameFiles() throws IOException {
    Variant found = Variant.of("completion", captured().withPositions(List.of(StoredPosition.COMPLETION)));
    compared("completion", found);
    assertThat(found.bytes).isLessThan(all.bytes * 9 / 10);
    try (Stream<Path> results = Files.list(all.run.resolve("results"))) {
      for (Path file : results.filter(path -> !path.getFileName().toString().startsWith("capture")).toList()) {
        if (file.toString().endsWith(".json")) {
          assertThat(found.run.resolve("results").resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
      }
    }
    refused(found, AboutStep.STUDY, AboutStep.STUDY.about().defaults());
    refused(found, AblationStep.STUDY,
        AblationStep.STUDY.about().defaults().withSets(AblationSettings.VALUE_AND_DOPAMINE));
  }

  @Test
  void halfOfThePrecision() throws IOException {
    for (DType dtype : List.of(DType.F16, DType.BF16)) {
      Variant found = Variant.of(dtype.printed(), captured().withDtype(dtype));
      compared(dtype.printed(), found);
      assertThat(found.bytes).isLessThan(all.bytes * 6 / 10);
      assertThat(found.apart(all, false)).isLessThan(ROUNDED);
      assertThat(found.apart(all, true)).isLessThan(ROUNDED);
    }
  }

  @Test
  void endsOfSteps() throws IOException {
    for (DType dtype : List.of(DType.F32, DType.BF16)) {
      Variant found = Variant.of("ends-" + dtype.printed(), captured().withDtype(dtype).withPositions(ENDS));
      compared(StoredPosition.printed(ENDS) + " " + dtype.printed(), found);
      assertThat(found.bytes).isLessThan(all.bytes * dtype.bytes() / 32);
      assertThat(found.apart(all, false)).as("s0 is the same").isLessThanOrEqualTo(dtype == DType.F32 ? 0 : ROUNDED);
      assertThat(found.apart(all, true)).isLessThan(FEWER);
      if (dtype == DType.F32) {
        assertThat(found.values.layers()).extracting(LayerProbes::order)
            .isEqualTo(all.values.layers().stream().map(LayerProbes::order).toList());
      }
      assertThat(found.values.datasets()).allMatch(dataset -> dataset.note().contains("s0,step-ends,last alone"));
      refused(found, DopamineStep.STUDY, DopamineStep.STUDY.about().defaults());
      refused(found, AboutStep.STUDY, AboutStep.STUDY.about().defaults());
    }
  }

  private static <S extends Record> void refused(Variant in, Study<S, ?> study, S settings) throws IOException {
    try (RunFolder opened = RunFolder.open(in.run); RunModel model = model()) {
      StudyRun run = new StudyRun(opened, HERE, model, _ -> {}, Progress.NONE);
      assertThat(run.lacking(study, settings)).isPresent();
      assertThatThrownBy(() -> run.run(study, settings)).isInstanceOf(UsageException.class)
          .hasMessageContaining("needs hidden states at").message().doesNotContain("\n");
    }
  }
}
