package org.striatum.probe.activity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.store.StoreLayout;
import org.striatum.probe.store.StoredTrajectories;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.value.MeanDifference;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.activity.NeuronActivity.ActiveToken;
import org.striatum.probe.activity.NeuronActivity.LayerActivity;

/// Where neurons are high and low, and the direction of success, in a store of which everything is known: two coordinates, four
/// tokens a rollout of which two are prompt.
class NeuronActivityTest {
  private static final HookPoint HOOK = HookPoint.residPost(0);
  private static final List<Rollout> ROLLOUTS = List.of(rollout("a", 0, "add", 1), rollout("a", 1, "add", 0),
      rollout("b", 0, "add", 0), rollout("c", 0, "mul", 1));
  /// Position 0 of each, and the second sample's shared prompt, must not count; nor the state with NaN.
  private static final float[][] STATES = {{900, 0, 1, 0, 2, 0, 3, 0}, {900, 0, 800, 0, 5, 0, 4, 0},
      {900, 0, -7, 0, 6, 0, Float.NaN, 0}, {70, 0, 70, 0, 70, 0, 70, 0}};

  @TempDir
  private Path folder;

  private static Rollout rollout(String id, int sample, String dataset, double reward) {
    return new Rollout(new Problem(id, dataset, id, "", ""), sample, 1, "", new int[4], 2, true, reward, 0);
  }

  private ActivationStore store() throws IOException {
    Map<HookPoint, Integer> widths = Map.of(HOOK, 2);
    try (ActivationWriter writer = new ActivationWriter(folder,
        new StoreLayout(widths, DType.F32, StoreLayout.Rows.all(new int[]{4, 4, 4, 4})))) {
      for (int i = 0; i < STATES.length; i++) {
        writer.append(i, new int[4], new Recording(new int[]{0, 4}, Map.of(HOOK, STATES[i]), widths), 0);
      }
      writer.finish();
    }
    return ActivationStore.open(folder);
  }

  @Test
  void highAndLowTokensAreOnePerProblemBehindTheFirstPosition() throws IOException {
    try (ActivationStore store = store()) {
      LayerActivity layer = NeuronActivity.read(store, ROLLOUTS, "add", HOOK, List.of(0, 1), 5, 1);
      NeuronActivity neuron = layer.neurons().getFirst();
      double[] counted = {1, 2, 3, 5, 4, -7, 6};
      double mean = 2;
      double deviation = Math.sqrt(Arrays.stream(counted).map(h -> (h - mean) * (h - mean)).average()
          .orElseThrow());
      assertThat(neuron.spread().tokens()).isEqualTo(7);
      assertThat(neuron.spread().mean()).isCloseTo(mean, within(1e-6));
      assertThat(neuron.spread().deviation()).isCloseTo(deviation, within(0.4));
      assertThat(neuron.spread().above()).isCloseTo(mean + neuron.spread().deviation(), within(1e-9));
      assertThat(neuron.spread().density()).isEqualTo(0); // 6 < 2 + σ
      assertThat(neuron.spread().lowDensity()).isCloseTo(1.0 / 7, within(1e-12));
      assertThat(neuron.highest()).containsExactly(new ActiveToken(2, 2, 6), new ActiveToken(1, 2, 5));
      assertThat(neuron.lowest()).containsExactly(new ActiveToken(2, 1, -7), new ActiveToken(0, 1, 1));
      assertThat(layer.means()).containsExactly(2, 0);
      assertThat(layer.excluded()).isEqualTo(1);
      assertThat(layer.neurons().get(1).spread().deviation()).isZero();
    }
  }

  /// s₀ is position 1: of success 1, of failure 800 and −7.
  @Test
  void theDirectionOfSuccessIsTheDifferenceOfMeansOfTrainingProblems() throws IOException {
    try (ActivationStore store = store()) {
      Trajectories states = StoredTrajectories.ofDataset(store, ROLLOUTS, "add", HOOK, StatePosition.PROMPT_END);
      Split all = new Split(Map.of("a", Split.Fold.TRAIN, "b", Split.Fold.TRAIN));
      Optional<Direction> found = MeanDifference.of(HOOK, states, all);
      assertThat(found.orElseThrow().vector()).containsExactly(1 - 793f / 2, 0);
      Split failures = new Split(Map.of("a", Split.Fold.TEST, "b", Split.Fold.TRAIN));
      assertThat(MeanDifference.of(HOOK, states, failures)).isEmpty();
    }
  }
}
