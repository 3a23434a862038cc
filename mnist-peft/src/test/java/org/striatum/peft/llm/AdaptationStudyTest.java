package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.HookedModel;
import org.striatum.peft.llm.AdaptationStudy.Execution;
import org.striatum.peft.llm.AdaptationStudy.Findings;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.adaptation.AdaptationResults.Comparison;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;

/// A whole study on the bundled checkpoint, as small as it can be.
class AdaptationStudyTest {
  private static final HookPoint HOOK = HookPoint.residPost(2);
  private static final int NEURONS = 10;

  @TempDir
  private Path folder;

  @Test
  @Tag("slow")
  void everyArmIsTrainedTestedAndCompared() throws Exception {
    try (HookedModel model = Reasoner.open()) {
      ModeProblems problems = Reasoner.problems(model, 8, 4, 4);
      Map<HookPoint, StateScale> scales = StateScale.of(model, problems.training().items(), Set.of(HOOK));
      SortedMap<HookPoint, List<Integer>> value = new TreeMap<>(
          Map.of(HOOK, IntStream.range(0, NEURONS).boxed().toList()));
      List<String> notes = new ArrayList<>();
      List<GatedArm> gated = List.of(GatedArm.of(AdaptationArm.VALUE, value),
          GatedArm.matched(AdaptationArm.VALUE, value, List.of(), scales, 2, 1, notes), GatedArm.all(scales));
      AdaptationSettings settings = AdaptationSettings.defaults().withTraining(new AdaptationTraining(2, 4, 0.01, 1))
          .withRates(List.of(0.01, 0.03)).withSeeds(2);
      AdaptationPlan plan = new AdaptationPlan("mul", "10", new LinkedHashMap<>(Map.of(AdaptationArm.VALUE, value)),
          gated, Set.of(AdaptationArm.BITFIT, AdaptationArm.LORA), notes);
      Execution execution = new Execution(8, 0);
      Findings findings = new AdaptationStudy(model, problems, scales, settings, TrialStore.in(folder), execution)
          .run(plan, Progress.NONE);
      AdaptationResults results = findings.results();
      assertThat(results.arms()).extracting(Arm::name).containsExactly(AdaptationArm.FROZEN, AdaptationArm.VALUE,
          AdaptationArm.VALUE_MATCHED, AdaptationArm.ALL, AdaptationArm.BITFIT, AdaptationArm.LORA);
      assertThat(results.arms()).extracting(Arm::parameters).containsExactly(0, 2 * NEURONS, 2 * NEURONS, 2 * 256,
          4 * (256 + 128 + 128), 4 * 2 * (256 + 256 + 256 + 128));
      assertThat(results.arms().stream().skip(1)).allMatch(arm -> arm.runs().size() == 2);
      assertThat(results.agreement()).isBetween(0.0, TrialTester.TOLERANCE);
      Arm frozen = results.arms().getFirst();
      assertThat(frozen.inMode().logProbabilityChange().value()).isZero();
      for (Arm arm : results.arms()) { // what is reported hangs together
        assertThat(arm.inMode().logProbability().value() - frozen.inMode().logProbability().value())
            .isCloseTo(arm.inMode().logProbabilityChange().value(), within(1e-9));
      }
      Arm all = results.arm(AdaptationArm.ALL).orElseThrow();
      assertThat(all.identity()).as("the start is near the frozen model").isBetween(0.0, 0.01);
      assertThat(all.gates().getFirst().coordinates()).hasSize(256);
      Comparison comparison = results.comparisons().getFirst();
      assertThat(comparison.logProbability().value())
          .isCloseTo(results.arm(AdaptationArm.VALUE).orElseThrow().inMode().logProbability().value()
              - results.arm(AdaptationArm.VALUE_MATCHED).orElseThrow().inMode().logProbability().value(), within(1e-9));
      assertThat(results.shared().getFirst().overlap().population()).isEqualTo(256);
      // Kept trials are taken as they are; the results come out the same, to the byte.
      Findings again = new AdaptationStudy(model, problems, scales, settings, TrialStore.in(folder), execution)
          .run(plan, Progress.NONE);
      assertThat(RecordJson.pretty(again.results())).isEqualTo(RecordJson.pretty(results));

      Path file = folder.resolve("gates/value.safetensors");
      LearnedGate.save(file, findings.gates().get(AdaptationArm.VALUE), model, "mul", AdaptationArm.VALUE, 1,
          new TreeMap<>());
      LearnedGate loaded = LearnedGate.load(file, model);
      assertThat(loaded.gates().at().get(HOOK).gain())
          .isEqualTo(findings.gates().get(AdaptationArm.VALUE).at().get(HOOK).gain());
      assertThat(loaded.gates().at().get(HOOK).threshold())
          .isEqualTo(findings.gates().get(AdaptationArm.VALUE).at().get(HOOK).threshold());
    }
  }
}
