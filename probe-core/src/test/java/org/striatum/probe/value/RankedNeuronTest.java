package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;

class RankedNeuronTest {
  @Test
  void comesBackWithItsPlaces() throws BadDataException {
    RankedNeuron neuron = new RankedNeuron(1, 17, Map.of("auroc", 0.5), Map.of("auroc", 1, "ridge", 9));
    assertThat(RecordJson.parse(RecordJson.compact(neuron), RankedNeuron.class, "here")).isEqualTo(neuron);
  }

  @Test
  void resultsWrittenBeforePlacesWereKeptAreRead() throws BadDataException {
    assertThat(parse("{\"rank\":1,\"coordinate\":17,\"scores\":{\"auroc\":0.5}}"))
        .isEqualTo(new RankedNeuron(1, 17, Map.of("auroc", 0.5), Map.of()));
  }

  @Test
  void anyOtherMissingComponentIsRefused() {
    assertThatThrownBy(() -> parse("{\"rank\":1,\"coordinate\":17}")).isInstanceOf(BadDataException.class)
        .hasMessageContaining("scores");
  }

  private static RankedNeuron parse(String json) throws BadDataException {
    return RecordJson.parse(json.getBytes(StandardCharsets.UTF_8), RankedNeuron.class, "here");
  }
}
