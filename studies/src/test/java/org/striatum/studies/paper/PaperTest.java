package org.striatum.studies.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.probe.value.ValueProbeTraining.Target;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.value.ProbeSettings;

/// What each version asks for, and that its settings are kept whole.
class PaperTest {
  @ParameterizedTest
  @EnumSource
  void valueProbesAreThePapers(Paper paper) {
    ProbeSettings settings = paper.over(ProbeSettings.quick());
    ValueProbeTraining training = settings.study().training();
    assertThat(training.standardised()).isFalse();
    assertThat(training.hidden()).isEqualTo(1024);
    assertThat(training.optimiser()).isEqualTo(new ValueProbeTraining.Optimiser(1e-4, 0.01, 4))
        .isEqualTo(training.stopping().sorting().optimiser());
    assertThat(training.stopping().sorting().least()).isEqualTo(100).isEqualTo(training.stopping().sorting().most());
    assertThat(training.stopping().patience()).isEqualTo(100);
    assertThat(settings.study().ranking()).isEqualTo(Ranking.TD_FIRST_LAYER_L1);
    assertThat(settings.study().targets()).contains(Target.TERMINAL_ONLY);
    assertThat(Paper.named(paper.printed())).isEqualTo(paper);
    assertThat(paper.deviations()).isNotEmpty().doesNotHaveDuplicates();
  }

  @Test
  void theVersionsDifferInDopamineNeuronsAndInWhatValueNeuronsAreComparedWith() throws Exception {
    DopamineStepSettings first = Paper.V1.over(DopamineStepSettings.quick());
    DopamineStepSettings second = Paper.V2.over(DopamineStepSettings.quick());
    assertThat(first.values()).isEqualTo(DopamineStep.Values.PROBE);
    assertThat(first.study().ranking()).isEqualTo(DopamineRanking.SURPRISE_CONTRAST);
    assertThat(second.values()).isEqualTo(DopamineStep.Values.CONTINUATIONS);
    assertThat(second.study().ranking()).isEqualTo(DopamineRanking.TD_ERROR_WHOLE_RESPONSE_L1);
    assertThat(second.study().errors().threshold()).isEqualTo(0.3);
    assertThat(Paper.V1.readsSurprisesUnderAblation()).isTrue();
    assertThat(Paper.V2.readsSurprisesUnderAblation()).isFalse();

    AblationSettings alone = Paper.V1.over(AblationSettings.quick());
    AblationSettings beside = Paper.V2.over(AblationSettings.quick());
    assertThat(alone.allNeuronSets()).extracting(NeuronSelection::name).containsExactly("value@1%");
    assertThat(beside.sets()).as("what is under test").isEqualTo(alone.sets());
    assertThat(beside.allNeuronSets()).extracting(NeuronSelection::name).containsExactly("value@1%", "wanda@1%",
        "next-token@1%", "terminal-only@1%");
    assertThat(beside.measures().beside().blocks()).containsExactly(2, 3, 4, 5);
    for (AblationSettings settings : new AblationSettings[]{alone, beside, AblationSettings.defaults()}) {
      byte[] json = RecordJson.pretty(settings);
      assertThat(RecordJson.parse(json, AblationSettings.class, "settings")).isEqualTo(settings);
    }
  }

  /// A set is under test or beside what is, not both.
  @Test
  void aSetIsNotBesideItself() {
    AblationSettings settings = AblationSettings.quick();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.withMeasures(measures -> measures.withSetsBeside(NeuronSelection.list("value@1%"))));
  }
}
