package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.dopamine.DopamineSettings;
import org.striatum.probe.sparse.SolverKind;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.SparseFit;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.probe.value.ValueProbeTraining.Target;

class SettingsJsonTest {
  static List<Record> settings() {
    return List.of(ValueNeuronSettings.defaults(), ValueNeuronSettings.quick(),
        ValueNeuronSettings.defaults().withTargets(Target.RESIDUAL).withRanking(Ranking.RESIDUAL_GRADIENT)
            .withSparse(sparse -> sparse.withFit(SparseFit.ELASTIC_NET, SolverKind.SMILE)),
        DopamineSettings.defaults(), DopamineSettings.quick(),
        DopamineSettings.defaults().withRanking(DopamineRanking.DELTA_CORRELATION), TransferSettings.defaults(),
        TransferSettings.quick().withSizes(List.of("top9")));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whatIsWrittenIsRead(Record settings) throws BadDataException {
    assertThat(RecordJson.parse(RecordJson.pretty(settings), settings.getClass(), "settings")).isEqualTo(settings);
  }

  @Test
  void constantsHaveTheirPrintedNames() {
    assertThat(new String(RecordJson.compact(ValueNeuronSettings.defaults()), StandardCharsets.UTF_8))
        .contains("\"ranking\":\"auroc-after-length\"", "\"targets\":[\"td\",\"monte-carlo\"]", "\"fit\":\"logistic\"",
            "\"solver\":\"path\"");
  }

  @Test
  void anotherNameIsRefusedInOneLine() {
    byte[] json = new String(RecordJson.compact(DopamineSettings.defaults()), StandardCharsets.UTF_8)
        .replace("td-error-first-layer-l1", "loudest").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> RecordJson.parse(json, DopamineSettings.class, "settings"))
        .isInstanceOf(BadDataException.class).hasMessageContaining("loudest").hasMessageEndingWith("(at ranking)")
        .message().doesNotContain("\n");
  }
}
