package org.striatum.cli.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;

/// Which neurons a name or a file means.
class NeuronSetTest {
  @TempDir
  private Path folder;

  /// A layer whose best coordinate is its last.
  private static LayerProbes layer(int number, int width) {
    return new LayerProbes("add", HookPoint.residPost(number), List.of(), null, List.of(), null, List.of(), List.of(),
        "td", IntStream.range(0, width).map(i -> width - 1 - i).boxed().toList());
  }

  private NeuronSet.Listed listed(String text) throws IOException {
    return NeuronSet.Listed.read(Files.writeString(folder.resolve("neurons.txt"), text));
  }

  @ParameterizedTest
  @CsvSource({"value@1%,128,2", "value@1%,100,1", "value@1%,101,2", "value@0.5%,128,1", "value@50%,128,64",
      "value@top1,128,1", "value@top127,128,127"})
  void aNameMeansTheBestOfTheRanking(String name, int width, int count) {
    NeuronSet set = NeuronSet.named(name);
    assertThat(set.name()).isEqualTo(name);
    assertThat(set.at(layer(0, width)))
        .containsExactlyElementsOf(IntStream.range(0, count).map(i -> width - 1 - i).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "value", "value@", "value@1", "value@-1%", "value@1%%", "value@top", "value@top-1",
      "value@top12345678", "VALUE@1%", "dopamine@1%", "value@top1 "})
  void anyOtherNameIsRefused(String name) {
    assertThatThrownBy(() -> NeuronSet.named(name)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a neuron set is named value@1% or value@top20, found '" + name + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"value@0%", "value@100%", "value@250%"})
  void aShareLeavesSomethingAndTakesSomething(String name) {
    assertThatThrownBy(() -> NeuronSet.named(name)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be in (0 %, 100 %)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"value@top0", "value@top16", "value@top17"})
  void aCountLeavesSomethingAndTakesSomething(String name) {
    NeuronSet set = NeuronSet.named(name);
    assertThatThrownBy(() -> set.at(layer(0, 16))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must leave something of a layer of 16");
  }

  @Test
  void aPlainListAndAJsonListMeanTheSame() throws Exception {
    NeuronSet plain = listed("""
        # found by hand, 2026, layers 1 and 2
        blocks.1.hook_resid_post[7]

          blocks.1.hook_resid_post[3] \r
        blocks.2.hook_resid_post[0]
        """);
    for (String json : List.of("""
        [
          "blocks.1.hook_resid_post[7]",
          "blocks.1.hook_resid_post[3]",
          "blocks.2.hook_resid_post[0]"
        ]
        """, "[\"blocks.1.hook_resid_post[7]\", \"blocks.1.hook_resid_post[3]\",\"blocks.2.hook_resid_post[0]\"]")) {
      assertThat(listed(json)).isEqualTo(plain);
    }
    assertThat(plain.name()).isEqualTo("neurons.txt");
    assertThat(plain.at(layer(1, 16))).containsExactly(7, 3);
    assertThat(plain.at(layer(2, 16))).containsExactly(0);
    assertThat(plain.at(layer(3, 16))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"blocks.1.hook_resid_post | line 2", "blocks.1.hook_resid_post[-1] | line 2",
      "blocks.1.hook_resid_post[9999999999] | line 2", "blocks.1.hook_nowhere[1] | line 2", "[1] | line 2",
      "blocks.0.hook_resid_post[1] | listed twice"})
  void aLineThatIsNoNeuronIsNamed(String line, String message) {
    assertThatThrownBy(() -> listed("blocks.0.hook_resid_post[1]\n" + line)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("neurons.txt, line 2: ").hasMessageContaining(message);
  }

  @Test
  void anEntryOfAJsonListThatIsNoNeuronIsNamed() {
    assertThatThrownBy(() -> listed("[\"blocks.0.hook_resid_post[1]\", \"17\"]")).isInstanceOf(BadDataException.class)
        .hasMessageContaining("neurons.txt, entry 2: ");
    assertThatThrownBy(() -> listed("[\"blocks.0.hook_resid_post[1]\"")).isInstanceOf(BadDataException.class)
        .hasMessageContaining("neurons.txt");
    assertThatThrownBy(() -> listed("[null]")).isInstanceOf(BadDataException.class).hasMessageContaining("neurons.txt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# none\n\n", "[]", "[\n]"})
  void aFileWithoutANeuronIsRefused(String text) {
    assertThatThrownBy(() -> listed(text)).isInstanceOf(BadDataException.class).hasMessageContaining("lists no neuron");
  }

  @Test
  void aListMustFitTheStudy() throws Exception {
    NeuronSet.Listed set = listed("blocks.1.hook_resid_post[16]\nblocks.9.hook_resid_post[0]");
    assertThatThrownBy(() -> set.at(layer(1, 16))).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("blocks.1.hook_resid_post has 16 coordinates, neurons.txt names 16");
    assertThat(set.at(layer(1, 17))).containsExactly(16);
    assertThatThrownBy(() -> set.requireStudied(List.of(layer(1, 17), layer(2, 17))))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("names neurons at blocks.9.hook_resid_post")
        .hasMessageContaining("[blocks.1.hook_resid_post, blocks.2.hook_resid_post]");
    set.requireStudied(List.of(layer(1, 17), layer(9, 17)));
  }
}
