package org.striatum.peft.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.datasets.images.ImageSet;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;

/// Every part on a few small images: what must hold whatever is found.
class ModeSpecializationTest {
  private static final ImageSet IMAGES = Patterns.set(1000, 50);

  private static <T> T on(int seeds, Function<Workbench, T> part) {
    try (Workbench bench = new Workbench(IMAGES, Patterns.settings(seeds))) {
      return part.apply(bench);
    }
  }

  private static <T> void comesBackFromJson(T result, Class<T> type) throws Exception {
    byte[] json = RecordJson.pretty(result);
    assertThat(RecordJson.pretty(RecordJson.parse(json, type, "test"))).isEqualTo(json);
  }

  @Test
  void theTableStandsOnItsPairs() throws Exception {
    SpecializationTable.Run run = on(3, bench -> SpecializationTable.run(bench, Progress.NONE));
    List<MethodResult> methods = run.result().methods();
    assertThat(methods).extracting(MethodResult::name).containsExactly("frozen", "bitfit", "taugate", "lora-r8",
        "full");
    assertThat(methods).extracting(MethodResult::trainable).containsExactly(0, 24, 28, 8 * (81 + 8 + 8 + 6 + 6 + 10),
        82 * 8 + 9 * 6 + 7 * 10);
    assertThat(methods.getFirst().gain45().bySeed()).containsOnly(0);
    assertThat(methods.get(2).beyondTauGate45().bySeed()).containsOnly(0);
    for (MethodResult method : methods) {
      for (int i = 0; i < 3; i++) {
        assertThat(method.gain45().bySeed()[i])
            .isEqualTo(method.accuracy45().bySeed()[i] - methods.getFirst().accuracy45().bySeed()[i]);
        assertThat(method.forgetting().bySeed()[i])
            .isEqualTo(method.accuracy0().bySeed()[i] - methods.getFirst().accuracy0().bySeed()[i]);
      }
    }
    assertThat(methods.getFirst().accuracy0().mean()).as("the foundation learned something").isGreaterThan(0.2);
    assertThat(run.result().cells()).as("other images than the paper's").isEmpty();
    assertThat(run.result().claims()).hasSize(6);
    assertThat(run.result().uncalibrated().settings().preset()).isEqualTo(ModeSettings.Preset.ADAM);
    assertThat(run.result().uncalibrated().methods()).extracting(MethodResult::trainable)
        .isEqualTo(methods.stream().map(MethodResult::trainable).toList());
    assertThat(run.result().uncalibrated().claims()).hasSize(6);
    assertThat(run.result().first().losses()).containsOnlyKeys("bitfit", "taugate", "lora-r8", "full");
    assertThat(run.result().first().digits()).hasSize(12).allMatch(digit -> digit.pixels().length == 81);
    assertThat(run.kept().adapters()).containsOnlyKeys("bitfit", "taugate", "lora-r8", "full");
    TrainedAdapter gate = run.kept().adapters().get("taugate");
    assertThat(gate.base()).isEqualTo(run.kept().base().sha256());
    assertThat(run.result().first().gates().get(1).gains()).isEqualTo(gate.gains(1));
    comesBackFromJson(run.result(), SpecializationTable.Result.class);
  }

  @Test
  @Tag("slow")
  void equalSeedsGiveEqualBytes() {
    byte[] once = RecordJson.pretty(on(2, bench -> SpecializationTable.run(bench, Progress.NONE).result()));
    byte[] again = RecordJson.pretty(on(2, bench -> SpecializationTable.run(bench, Progress.NONE).result()));
    assertThat(again).isEqualTo(once);
  }

  @Test
  void everyMethodIsTunedOnTheSameGrid() throws Exception {
    TunedComparison.Result result = on(2, bench -> TunedComparison.run(bench, Progress.NONE));
    assertThat(result.tunings()).hasSize(14).allMatch(tuning -> tuning.rates().length == 2 && tuning.atEdge());
    result.tunings().forEach(tuning -> {
      double most = Arrays.stream(tuning.validation()).max().orElseThrow();
      assertThat(tuning.validation()[tuning.chosen() == 0.03 ? 0 : 1]).isEqualTo(most);
    });
    assertThat(result.methods()).extracting(MethodResult::name).containsExactly("frozen", "tau-only", "gamma-only",
        "taugate", "taugate+λ", "ia3", "bitfit", "scale-shift", "bottleneck-r1", "loreft-r1", "lora-r1", "lora-r2",
        "lora-r4", "lora-r8", "full");
    assertThat(result.statement()).contains("thresholds alone").doesNotContain("NaN");
    comesBackFromJson(result, TunedComparison.Result.class);
  }

  @Test
  void opennessNarrowsAsItsDefinitionDoes() throws Exception {
    Hardening.Result result = on(2, bench -> Hardening.run(bench, Progress.NONE));
    assertThat(result.gates()).hasSize(25).allSatisfy(pair -> {
      assertThat(pair.open().above9().mean()).isLessThanOrEqualTo(pair.open().above5().mean());
      assertThat(pair.open().mean().mean()).isBetween(0.0, 1.0);
    });
    comesBackFromJson(result, Hardening.Result.class);
  }

  @Test
  void opennessCountsWhatItSays() {
    try (Workbench bench = new Workbench(IMAGES, Patterns.settings(2));
        Workbench.SeedRun seed = bench.seed(1)) {
      TrainedAdapter gate = seed.train(Method.tauGate(bench.settings()), Mode.TILTED).adapter();
      try (AdaptedNetwork network = AdaptedNetwork.of(seed.base(), gate)) {
        Openness openness = Openness.of(network, bench.test(Mode.TILTED));
        List<float[]> signals = network.signals(bench.test(Mode.TILTED));
        double above9 = 0;
        double mean = 0;
        for (int l = 0; l < 2; l++) {
          for (int i = 0; i < signals.get(l).length; i++) {
            float[] threshold = gate.thresholds(l);
            double g = 1 / (1 + Math.exp(-10 * (signals.get(l)[i] - threshold[i % threshold.length])));
            above9 += g > 0.9 ? 1 : 0;
            mean += g;
          }
        }
        assertThat(openness.byUnit()).hasSize(14);
        assertThat(openness.above9()).isEqualTo(above9 / (50 * 14));
        assertThat(openness.mean()).isCloseTo(mean / (50 * 14), within(1e-6));
      }
    }
  }

  @Test
  void qualityIsTheFrozenNetworks() throws Exception {
    AdapterTraining training = Patterns.settings(2).foundation().training();
    FoundationQuality.Result result = on(2, bench -> FoundationQuality.run(bench,
        List.of(new FoundationQuality.Recipe(training.withSteps(5), 100),
            new FoundationQuality.Recipe(training.withSteps(80), 200)),
        Progress.NONE));
    result.foundations().forEach(foundation -> {
      MethodResult frozen = foundation.methods().getFirst();
      assertThat(foundation.quality().mean())
          .isCloseTo((frozen.accuracy0().mean() + frozen.accuracy45().mean()) / 2, within(1e-12));
    });
    assertThat(result.foundations().get(1).quality().mean()).isGreaterThan(result.foundations().getFirst().quality()
        .mean());
    assertThat(result.trends()).extracting(FoundationQuality.Trend::method).containsExactly("bitfit", "taugate",
        "lora-r8", "full");
    comesBackFromJson(result, FoundationQuality.Result.class);
  }

  @Test
  @Tag("slow")
  void absentModesAreHeldToFullFineTuning() throws Exception {
    AbsentMode.Result result = on(2, bench -> AbsentMode.run(bench, Progress.NONE));
    assertThat(result.methods()).hasSize(10);
    assertThat(result.methods().stream().filter(one -> one.method().equals("full")))
        .allMatch(one -> one.behindFull().mean() == 0);
    assertThat(result.steps()).isEqualTo(30);
    assertThat(result.tunings()).hasSize(8);
    assertThat(result.statements()).hasSize(2);
    comesBackFromJson(result, AbsentMode.Result.class);
  }

  @Test
  void switchingOffRestoresTheNetwork() throws Exception {
    ModeSwitching.Result result = on(2, bench -> ModeSwitching.run(bench, Progress.NONE));
    assertThat(result.restored()).isTrue();
    assertThat(result.accuracies()).extracting(one -> one.gate() + "@" + one.mode()).containsExactly("off@0°",
        "off@45°", "0°@0°", "0°@45°", "45°@0°", "45°@45°");
    assertThat(result.overlaps()).hasSize(3).allSatisfy(overlap -> {
      assertThat(overlap.changed().mean()).isBetween(0.0, 1.0);
      assertThat(Math.abs(overlap.cosine().mean())).isLessThanOrEqualTo(1);
    });
    comesBackFromJson(result, ModeSwitching.Result.class);
  }

  @Test
  void aGateSkipsNoLessThanItsRectifier() throws Exception {
    GateCost.Result result = on(2, bench -> GateCost.run(bench, Progress.NONE));
    double most = (double) result.mostSkippable() / result.macs();
    assertThat(result.skipped()).hasSize(3).allSatisfy(one -> {
      assertThat(one.beyondRectifier().mean()).isGreaterThanOrEqualTo(0);
      assertThat(one.skipped().mean()).isLessThanOrEqualTo(most);
    });
    assertThat(result.ablated()).hasSize(6);
    comesBackFromJson(result, GateCost.Result.class);
  }

  /// 128 · 128 + 128 · 10 of 118,016.
  @Test
  void atMostFifteenPercentStandBehindAGate() {
    int[] widths = {784, 128, 128, 10};
    assertThat(GateCost.macs(widths, 0)).isEqualTo(118_016);
    assertThat(GateCost.macs(widths, 1)).isEqualTo(17_664);
  }

  @Test
  void aFigureOverSeedsIsPaired() {
    OverSeeds a = OverSeeds.of(new double[]{1, 2, 3, 6});
    assertThat(a.mean()).isEqualTo(3);
    assertThat(a.sd()).isCloseTo(Math.sqrt(14 / 3.0), within(1e-12));
    assertThat(a.median()).isEqualTo(2.5);
    assertThat(a.ci()[0]).isLessThan(3);
    OverSeeds constant = a.minus(OverSeeds.of(new double[]{0.5, 1.5, 2.5, 5.5}));
    assertThat(constant.ci()).containsExactly(0.5, 0.5);
    assertThat(constant.isPositive()).isTrue();
    assertThat(constant.isNegative()).isFalse();
  }

  @Test
  void sharesShrinkWithTheSet() {
    ModeSettings shrunk = ModeSettings.calibrated().fitting(Patterns.set(560, 10));
    assertThat(shrunk.images().foundation()).isEqualTo(100);
    assertThat(shrunk.images().adaptation()).isEqualTo(60);
    assertThat(shrunk.images().validation()).isEqualTo(40);
    assertThatThrownBy(() -> ModeSettings.calibrated().fitting(Patterns.set(50, 10)))
        .isInstanceOf(UsageException.class).hasMessage("there must be at least 60 training images, found 50");
  }

  @Test
  void refusesSettingsThatMeanNothing() {
    ModeSettings settings = ModeSettings.calibrated();
    assertThatIllegalArgumentException().isThrownBy(() -> settings.withSeeds(1, 1)).withMessageContaining("found 1");
    assertThatIllegalArgumentException().isThrownBy(() -> settings.withSeeds(10, 999_999));
    assertThatIllegalArgumentException().isThrownBy(() -> settings.withGate(0, 0.1)).withMessageContaining("sharpness");
    assertThatIllegalArgumentException().isThrownBy(() -> settings.withGate(Double.POSITIVE_INFINITY, 0.1));
    assertThatIllegalArgumentException().isThrownBy(() -> settings.withGate(1, -1))
        .withMessage("λ must be ≥ 0 and finite, found -1.0");
    assertThatIllegalArgumentException().isThrownBy(() -> ModeSettings.Preset.named("best"))
        .withMessageContaining("found 'best'");
    assertThatIllegalArgumentException().isThrownBy(() -> Part.named("table,chair"))
        .withMessageContaining("found 'chair'").withMessageContaining("hardening");
    assertThat(Part.named("cost, Table")).containsExactly(Part.TABLE, Part.COST);
    assertThat(Part.named("all")).containsExactly(Part.values());
  }
}
