package org.striatum.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;

class SavedStatesTest {
  private static final int LAYERS = 2;
  private static final int ROWS = 5;
  private static final int WIDTH = 3;
  /// Rollout 0 has three tokens, rollout 1 two.
  private static final int[] TOKENS = {7, 8, 9, 7, 6};
  private static final int[] ROLLOUT = {0, 0, 0, 1, 1};
  private static final String OUTCOMES = """
      {"problem": "a", "reward": 1, "prompt_length": 2}
      {"problem": 3, "reward": false, "prompt_length": 1, "prompt": "1+1=", "completion": "3"}
      """;

  @TempDir
  private Path folder;
  private Path file;
  private float[] states; // (layers, rows, width)

  @BeforeEach
  void numberedStates() {
    file = folder.resolve("states.safetensors");
    states = new float[LAYERS * ROWS * WIDTH];
    for (int i = 0; i < states.length; i++) {
      states[i] = i;
    }
  }

  private void write(String grouping, int[] groups, int[] tokens) throws IOException {
    List<Declared> tensors = new ArrayList<>(List.of(
        new Declared("hidden_states", DType.F32, List.of((long) LAYERS, (long) ROWS, (long) WIDTH)),
        new Declared("token_ids", DType.I32, List.of((long) tokens.length))));
    if (!grouping.isEmpty()) {
      tensors.add(new Declared(grouping, DType.I32, List.of((long) groups.length)));
    }
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, Map.of())) {
      writer.append("hidden_states", states, 0, states.length);
      writer.append("token_ids", tokens, 0, tokens.length);
      if (!grouping.isEmpty()) {
        writer.append(grouping, groups, 0, groups.length);
      }
    }
  }

  private void assertNumbered() throws IOException {
    try (SavedStates saved = SavedStates.open(file)) {
      assertThat(saved.lengths()).containsExactly(3, 2);
      assertThat(saved.widths()).containsExactly(Map.entry(HookPoint.residPost(0), WIDTH),
          Map.entry(HookPoint.residPost(1), WIDTH));
      assertThat(saved.tokens(1)).containsExactly(7, 6);
      assertThat(saved.recording(0).at(HookPoint.residPost(0))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
      assertThat(saved.recording(1).at(HookPoint.residPost(1))).containsExactly(24, 25, 26, 27, 28, 29);
    }
  }

  @Test
  void stackedLayersAreResidualPoints() throws IOException {
    write("rollout_index", ROLLOUT, TOKENS);
    assertNumbered();
    write("lengths", new int[]{3, 2}, TOKENS);
    assertNumbered();
  }

  @Test
  void hookPointsByTheirNames() throws IOException {
    List<Declared> tensors = List.of(new Declared("blocks.4.hook_resid_post", DType.F16, List.of(5L, 3L)),
        new Declared("token_ids", DType.I32, List.of(5L)), new Declared("lengths", DType.I32, List.of(2L)));
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, Map.of())) {
      writer.append("blocks.4.hook_resid_post", states, 0, ROWS * WIDTH);
      writer.append("token_ids", TOKENS, 0, ROWS);
      writer.append("lengths", new int[]{3, 2}, 0, 2);
    }
    try (SavedStates saved = SavedStates.open(file)) {
      assertThat(saved.widths().keySet()).containsExactly(HookPoint.residPost(4));
      assertThat(saved.recording(1).at(HookPoint.residPost(4))).containsExactly(9, 10, 11, 12, 13, 14);
    }
  }

  @Test
  void layoutsThatDoNotAddUpAreRefused() throws IOException {
    write("", new int[0], TOKENS);
    refused("it has no tensor rollout_index and no lengths, found ");
    write("rollout_index", new int[]{-1, 0, 0, 1, 1}, TOKENS);
    refused("rollout_index must count up from 0");
    write("rollout_index", new int[]{0, 0, 2, 2, 2}, TOKENS);
    refused("must count up from 0 without a gap, found 2 at row 2");
    write("rollout_index", new int[]{0, 1, 0, 1, 1}, TOKENS);
    refused("must count up from 0 without a gap, found 0 at row 2");
    write("rollout_index", new int[]{-1, -1, 0, 0, 0}, TOKENS);
    refused("must count up from 0 without a gap, found -1 at row 0");
    write("lengths", new int[]{3, 3}, TOKENS);
    refused("lengths must add up to the rows of token_ids, found 6 and 5");
    write("lengths", new int[]{5, 0}, TOKENS);
    refused("at least one row, found 0 in rollout 1");
    write("lengths", new int[]{3, 1}, new int[]{1, 2, 3, 4});
    refused("hidden_states must have the shape (layers, 4, d), found [2, 5, 3]");
    write("lengths", new int[]{3, 2}, new int[]{1, 2, -3, 4, 5});
    refused("a token id must be ≥ 0, found -3");
    Files.writeString(file, "no tensors");
    refused("");
    Files.delete(file);
    refused("is no file");
  }

  @Test
  void tensorsOfOtherTypesAndNamesAreRefused() throws IOException {
    Declared tokens = new Declared("token_ids", DType.I64, List.of(1L));
    Declared lengths = new Declared("lengths", DType.I32, List.of(1L));
    written(new Declared("hidden_states", DType.I32, List.of(1L, 1L, 1L)), tokens, lengths);
    refused("hidden_states must be F32, F16, BF16 or F64, found I32");
    written(new Declared("blocks.x.hook", DType.F32, List.of(1L, 1L)), tokens, lengths);
    refused("blocks.x.hook is not the name of a hook point");
    written(new Declared("token_ids", DType.F32, List.of(1L)), lengths);
    refused("token_ids must be I32 or I64, found F32");
    written(tokens, lengths);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - Integer.BYTES - 1] = 1; // the highest byte of the token
    Files.write(file, bytes);
    refused("token_ids must hold values of 32 bits, found 72057594037927937 at 0");
  }

  /// Ones under each name.
  private void written(Declared... tensors) throws IOException {
    try (SafetensorsWriter writer = new SafetensorsWriter(file, List.of(tensors), Map.of())) {
      for (Declared tensor : tensors) {
        if (tensor.dtype() == DType.F32) {
          writer.append(tensor.name(), new float[]{1}, 0, 1);
        } else {
          writer.append(tensor.name(), new int[]{1}, 0, 1);
        }
      }
    }
  }

  private void refused(String why) {
    assertThatThrownBy(() -> SavedStates.open(file)).isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file.toString()).hasMessageContaining(why);
  }

  private List<Rollout> outcomes(String lines) throws IOException {
    write("lengths", new int[]{3, 2}, TOKENS);
    try (SavedStates saved = SavedStates.open(file)) {
      return OutcomeFile.read(Files.writeString(folder.resolve("sums.jsonl"), lines), saved);
    }
  }

  @Test
  void outcomesAreRollouts() throws IOException {
    List<Rollout> rollouts = outcomes(OUTCOMES);
    assertThat(rollouts).extracting(Rollout::reward).containsExactly(1.0, 0.0);
    assertThat(rollouts).extracting(Rollout::promptLength).containsExactly(2, 1);
    assertThat(rollouts.get(0).tokens()).containsExactly(7, 8, 9);
    assertThat(rollouts).extracting(rollout -> rollout.problem().dataset()).containsOnly("sums");
    assertThat(rollouts.get(1).problem().prompt()).isEqualTo("1+1=");
    assertThat(outcomes(OUTCOMES.replace("3,", "\"a\","))).extracting(Rollout::sample).containsExactly(0, 1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      "reward": 1           | "reward": 0.5          | line 1: 'reward' must be a whole number, found '0.5'
      "reward": 1           | "reward": 2            | line 1: 'reward' must be 0 or 1, found 2
      "reward": false       | "x": false             | line 2: has no 'reward'
      "prompt_length": 2    | "prompt_length": 4     | line 1: 'prompt_length' must be in [1, 3], the tokens of the rollout, found 4
      "prompt_length": 1    | "prompt_length": "two" | line 2: 'prompt_length' must be a whole number, found 'two'
      "problem": 3          | "problem": null        | line 2: has no 'problem'
      {"problem": 3         | "problem": 3           | line 2: is not JSON
      "completion": "3"}    | "completion": "3"},    | line 2: is not JSON
      """)
  void aMalformedOutcomeNamesItsLine(String good, String bad, String why) {
    assertThat(OUTCOMES).contains(good);
    assertThatThrownBy(() -> outcomes(OUTCOMES.replace(good, bad))).isInstanceOf(BadDataException.class)
        .hasMessageContaining(why);
  }

  @Test
  void everyRolloutNeedsAnOutcome() {
    assertThatThrownBy(() -> outcomes(OUTCOMES.lines().findFirst().orElseThrow()))
        .isInstanceOf(BadDataException.class).hasMessageContaining("one row for each of the 2 rollouts, found 1");
    assertThatThrownBy(() -> outcomes(OUTCOMES + OUTCOMES)).isInstanceOf(BadDataException.class)
        .hasMessageContaining("line 3: has no hidden states: there are those of 2 rollouts only");
  }
}
