package org.striatum.studies.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.neurons.NeuronSelection;

class AblationSettingsTest {
  private static final NeuronSelection LISTED = new NeuronSelection.Listed("neurons.txt",
      new TreeMap<>(Map.of(HookPoint.residPost(1), List.of(3, 17))));

  @Test
  void whatIsWrittenIsRead() throws BadDataException {
    List<NeuronSelection> sets = new ArrayList<>(NeuronSelection.list("value@1%,dopamine@top20"));
    sets.add(LISTED);
    for (AblationSettings settings : List.of(AblationSettings.defaults(), AblationSettings.quick(),
        AblationSettings.defaults().withSets(sets).withKind(AblationKind.STEER).withSeed(9))) {
      assertThat(RecordJson.parse(RecordJson.pretty(settings), AblationSettings.class, "settings"))
          .isEqualTo(settings);
    }
  }

  @Test
  void aNamedSetIsItsNameAndAListedOneItsNeurons() {
    String json = new String(
        RecordJson.compact(AblationSettings.quick().withSets(List.of(NeuronSelection.named("value@1%"), LISTED))),
        StandardCharsets.UTF_8);
    assertThat(json).contains("\"sets\":[\"value@1%\",{\"name\":\"neurons.txt\",\"neurons\":{"
        + "\"blocks.1.hook_resid_post\":[3,17]}}]", "\"kinds\":[\"zero\"]", "\"layers\":[\"each\",\"all\"]");
  }

  @Test
  void aSetEditedByHandIsRefusedInOneLine() {
    byte[] json = new String(RecordJson.compact(AblationSettings.quick()), StandardCharsets.UTF_8)
        .replace("value@1%", "size@1%").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> RecordJson.parse(json, AblationSettings.class, "settings"))
        .isInstanceOf(BadDataException.class).hasMessageContaining("found 'size@1%'").message().doesNotContain("\n");
  }

  @Test
  void refusesWhatItCannotUse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AblationSettings.defaults().withKinds(List.of(AblationKind.ZERO, AblationKind.ZERO)))
        .withMessageContaining("named once");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AblationSettings.defaults().withCurves(curves -> curves.withAlphas(List.of()))
            .withKind(AblationKind.STEER))
        .withMessageContaining("at least one strength");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AblationSettings.defaults().withMeasures(measures -> measures.withControls(18)))
        .withMessageContaining("at least 19 control sets");
  }
}
