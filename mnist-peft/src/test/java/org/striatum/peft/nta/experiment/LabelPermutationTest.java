package org.striatum.peft.nta.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.LabelBlocks;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.BridgeSettings.Conflict;
import org.striatum.peft.nta.image.Bars;
import org.striatum.peft.nta.network.GatedMlp.Bound;
import org.striatum.peft.nta.setting.BridgeSettings;
import org.striatum.peft.nta.setting.LabelSettings;
import org.striatum.peft.nta.study.KeptRuns;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.stats.Verdict;

/// Both experiments on images, on bars at ten places under noise.
class LabelPermutationTest {
  private static final NtaStudy TWO = new NtaStudy(2, 1, 1, KeptRuns.NONE, Progress.NONE);

  /// The loss of nothing is ½, for names are one-hot.
  @Test
  void boundedGatesSwitchBetweenNames() throws IOException {
    LabelSettings base = LabelSettings.published(new TreeMap<>());
    LabelSettings brief = base.withFeatures(base.features().withUnits(16))
        .withDynamics(base.dynamics().withWeights(2).withSteps(0.1, 50)).withBlocks(8, 300).withCriterion(0.15);
    NtaResults results = LabelPermutation.run(TWO, Bars.IMAGES, brief);
    assertThat(results.arms()).hasSize(3);
    for (double loss : results.arms().getFirst().figure(NtaRun.LOSS_AT_START, 1)) {
      assertThat(loss).isCloseTo(0.5, within(0.05));
    }
    for (double accuracy : results.arms().getFirst().figure(LabelBlocks.ACCURACY_AT_END, -1)) {
      assertThat(accuracy).isGreaterThan(0.7);
    }
    assertThat(results.findings()).filteredOn(finding -> finding.name().startsWith("forgetful: time in the last block"))
        .isNotEmpty().allSatisfy(finding -> assertThat(finding.verdict()).isEqualTo(Verdict.YES));
  }

  @Test
  @Tag("slow")
  void theBridgeSaysWhatItFound() throws IOException {
    List<BridgeSettings> pairs = Arrays.stream(Conflict.values())
        .map(conflict -> new BridgeSettings(conflict, new BridgeSettings.Images(new TreeMap<>(), 200, 50),
            new BridgeSettings.Network(16, 10), new BridgeSettings.Rates(0.1, 1, new Bound(0.02, 1, 10), 20), 4, 20,
            0.2))
        .toList();
    NtaResults results = Bridge.run(TWO, Bars.IMAGES, pairs);
    assertThat(results.arms()).hasSize(8);
    assertThat(results.notes()).hasSize(2).allSatisfy(note -> assertThat(note).contains("the flexible regime"));
    assertThat(Sha256.of(RecordJson.pretty(Bridge.run(TWO, Bars.IMAGES, pairs))))
        .isEqualTo(Sha256.of(RecordJson.pretty(results)));
  }
}
