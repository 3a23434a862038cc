package org.striatum.studies.neurons;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.baselines.BaselineResults.BaselineRanking;

/// Which neurons a name or a file means.
class NeuronSelectionTest {
  @TempDir
  private Path folder;

  /// A run with these layers, whose best coordinates by value are the last ones and by dopamine the first ones; the third
  /// and the first pass the signature test.
  private static RunRankings rankings(int width, int... numbers) {
    List<LayerProbes> layers = Arrays.stream(numbers)
        .mapToObj(number -> new LayerProbes("add", HookPoint.residPost(number), List.of(), null, List.of(), null,
            List.of(), List.of(), Ranking.TD_FIRST_LAYER_L1,
            IntStream.range(0, width).map(i -> width - 1 - i).boxed().toList()))
        .toList();
    List<LayerDopamine> dopamine = Arrays.stream(numbers)
        .mapToObj(number -> new LayerDopamine("add", HookPoint.residPost(number), 9, 9, 9, 0, List.of(), Double.NaN,
            List.of(), null, DopamineRanking.DELTA_CORRELATION,
            IntStream.range(0, width).boxed().toList(), List.of(), List.of(), number == 0 ? List.of(2, 0) : List.of(),
            List.of(), List.of()))
        .toList();
    return new RunRankings(new ValueNeuronResults(List.of(), layers),
        new DopamineResults(List.of(), dopamine, List.of()), new BaselineResults(Arrays.stream(Baseline.values())
            .map(baseline -> new BaselineRanking(baseline, "add", HookPoint.residPost(0), 1,
                IntStream.range(0, width)
                    .map(i -> (i + 10 * Arrays.asList(Baseline.values()).indexOf(baseline)) % width).boxed().toList()))
            .toList(), List.of()));
  }

  private static List<Integer> at(NeuronSelection set, int layer, RunRankings rankings) {
    return set.at("add", HookPoint.residPost(layer), rankings);
  }

  private NeuronSelection.Listed listed(String text) throws IOException {
    return NeuronSelection.Listed.read(Files.writeString(folder.resolve("neurons.txt"), text));
  }

  /// The grammar of names, files and tasks is one: a set, and where it is meant.
  @Test
  void aSetOnOneTaskIsNowhereElse() throws Exception {
    RunRankings rankings = rankings(100, 0, 1);
    for (NeuronSelection set : List.of(NeuronSelection.named("value@3%"), NeuronSelection.named("dopamine@top2"),
        NeuronSelection.named("dopamine@significant"), listed("blocks.0.hook_resid_post[7]"))) {
      NeuronSelection there = new NeuronSelection.OnTask(set, "add");
      NeuronSelection elsewhere = new NeuronSelection.OnTask(set, "mul");
      assertThat(at(there, 0, rankings)).isNotEmpty().isEqualTo(at(set, 0, rankings));
      assertThat(at(elsewhere, 0, rankings)).isEmpty();
      assertThat(there.needsDopamine()).isEqualTo(set.needsDopamine());
      assertThat(there.order("add", HookPoint.residPost(0), rankings))
          .isEqualTo(set.order("add", HookPoint.residPost(0), rankings));
      assertThat(RecordJson.parse(RecordJson.compact(there), NeuronSelection.class, "settings")).isEqualTo(there);
    }
    assertThat(NeuronSelection.named("value@3%:add"))
        .isEqualTo(new NeuronSelection.OnTask(NeuronSelection.named("value@3%"), "add"));
    for (String name : List.of("value@3%:", ":add")) {
      assertThatThrownBy(() -> NeuronSelection.named(name)).isInstanceOf(UsageException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"value@1%,128,2", "value@1%,100,1", "value@1%,101,2", "value@0.5%,128,1", "value@50%,128,64",
      "value@7%,100,7", "value@top1,128,1", "value@top127,128,127"})
  void aNameMeansTheBestOfTheRanking(String name, int width, int count) {
    NeuronSelection set = NeuronSelection.named(name);
    assertThat(set.name()).isEqualTo(name);
    assertThat(at(set, 0, rankings(width, 0)))
        .containsExactlyElementsOf(IntStream.range(0, count).map(i -> width - 1 - i).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "value", "value@", "value@1", "value@-1%", "value@1%%", "value@top", "value@top-1",
      "value@top12345678", "VALUE@1%", "value@significant", "dopamine@", "value@top1 ",
      "wanda@significant", "WANDA@1%", "next_token@1%"})
  void anyOtherNameIsRefused(String name) {
    assertThatThrownBy(() -> NeuronSelection.named(name)).isInstanceOf(UsageException.class)
        .hasMessageStartingWith(
            "a neuron set is named value@1%, value@top20, dopamine@1%, dopamine@top20, dopamine@significant, wanda@1%,"
                + " next-token@1% or terminal-only@1%, found '" + name + "'");
  }

  @Test
  void baselinesAreCutFromTheirOwnRankings() {
    RunRankings rankings = rankings(128, 0, 1);
    assertThat(at(NeuronSelection.named("wanda@1%"), 0, rankings)).containsExactly(0, 1);
    assertThat(at(NeuronSelection.named("next-token@top3"), 0, rankings)).containsExactly(10, 11, 12);
    assertThat(at(NeuronSelection.named("terminal-only@1%"), 0, rankings)).containsExactly(20, 21);
    assertThat(at(NeuronSelection.named("wanda@1%"), 1, rankings)).as("none there").isEmpty();
    for (String name : List.of("wanda@1%", "next-token@top3", "terminal-only@1%")) {
      assertThat(NeuronSelection.named(name).needsBaselines()).isTrue();
      assertThat(NeuronSelection.named(name).needsDopamine()).isFalse();
      RunRankings without = new RunRankings(rankings.values(), rankings.dopamine(), null);
      assertThatThrownBy(() -> at(NeuronSelection.named(name), 0, without)).isInstanceOf(UsageException.class)
          .hasMessageContaining("needs the study of baselines");
    }
    assertThat(NeuronSelection.named("value@1%").needsBaselines()).isFalse();
  }

  @Test
  void dopamineSetsAreCutFromTheirOwnStudy() {
    RunRankings rankings = rankings(128, 0, 1);
    assertThat(at(NeuronSelection.named("dopamine@1%"), 0, rankings)).containsExactly(0, 1);
    assertThat(at(NeuronSelection.named("dopamine@top3"), 1, rankings)).containsExactly(0, 1, 2);
    assertThat(at(NeuronSelection.named("dopamine@significant"), 0, rankings)).containsExactly(2, 0);
    assertThat(at(NeuronSelection.named("dopamine@significant"), 1, rankings)).isEmpty();
    assertThat(at(NeuronSelection.named("dopamine@top3"), 7, rankings)).as("a layer that was not studied").isEmpty();
    assertThat(NeuronSelection.named("dopamine@significant").order("add", HookPoint.residPost(0), rankings)).isEmpty();
    assertThat(NeuronSelection.named("dopamine@top3").needsDopamine()).isTrue();
    assertThat(NeuronSelection.named("value@top3").needsDopamine()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dopamine@1%", "dopamine@top3", "dopamine@significant"})
  void withoutThatStudyTheCommandIsNamed(String name) {
    RunRankings without = new RunRankings(rankings(128, 0).values(), null, null);
    assertThatThrownBy(() -> at(NeuronSelection.named(name), 0, without)).isInstanceOf(UsageException.class)
        .hasMessage(name + " needs the dopamine study, which this run has not finished");
  }

  @Test
  void setsAreListedOnce() {
    assertThat(NeuronSelection.list("value@1%, dopamine@top20")).extracting(NeuronSelection::name)
        .containsExactly("value@1%", "dopamine@top20");
    assertThatThrownBy(() -> NeuronSelection.list("value@1%,value@1%")).hasMessageContaining("named once");
    // Not cut at the comma, and not guessed.
    assertThatThrownBy(() -> NeuronSelection.list("dopamine@top20,value@1,5%")).isInstanceOf(UsageException.class)
        .hasMessageContaining("found 'value@1,5%'; decimals are written with a point");
    assertThatThrownBy(() -> NeuronSelection.named("valeu@2%")).hasMessageEndingWith("; did you mean value@2%?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"value@0%", "value@100%", "value@250%"})
  void aShareLeavesSomethingAndTakesSomething(String name) {
    assertThatThrownBy(() -> NeuronSelection.named(name)).isInstanceOf(UsageException.class)
        .hasMessageContaining("must be in (0 %, 100 %)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"value@top0", "value@top16", "value@top17"})
  void aCountLeavesSomethingAndTakesSomething(String name) {
    NeuronSelection set = NeuronSelection.named(name);
    assertThatThrownBy(() -> at(set, 0, rankings(16, 0))).isInstanceOf(UsageException.class)
        .hasMessageContaining("must leave something of a layer of 16");
  }

  @Test
  void aPlainListAndAJsonListMeanTheSame() throws Exception {
    NeuronSelection plain = listed("""
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
    RunRankings rankings = rankings(16, 1, 2, 3);
    assertThat(at(plain, 1, rankings)).containsExactly(7, 3);
    assertThat(at(plain, 2, rankings)).containsExactly(0);
    assertThat(at(plain, 3, rankings)).isEmpty();
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
    NeuronSelection.Listed set = listed("blocks.1.hook_resid_post[16]\nblocks.9.hook_resid_post[0]");
    assertThatThrownBy(() -> at(set, 1, rankings(16, 1))).isInstanceOf(UsageException.class)
        .hasMessage("blocks.1.hook_resid_post has 16 coordinates, neurons.txt names 16");
    assertThat(at(set, 1, rankings(17, 1))).containsExactly(16);
    assertThatThrownBy(() -> set.requireStudied(rankings(17, 1, 2).values()))
        .isInstanceOf(UsageException.class).hasMessageContaining("names neurons at blocks.9.hook_resid_post")
        .hasMessageContaining("[blocks.1.hook_resid_post, blocks.2.hook_resid_post]");
    set.requireStudied(rankings(17, 1, 9).values());
  }
}
