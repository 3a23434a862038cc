package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.StatePosition;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.store.StoreLayout;
import org.striatum.probe.tensor.DType;

/// Two training rollouts of one task (one right, one wrong), one test rollout and one of another task; two coordinates,
/// three tokens each, the second of which is s₀.
class LayerStatesTest {
  private static final HookPoint HOOK = HookPoint.residPost(0);
  private static final float SINK = 1000;

  @TempDir
  private Path folder;

  private LayerStates read(float[][] states, int donors) throws IOException {
    List<Rollout> rollouts = List.of(rollout("a", "add", 1), rollout("b", "add", 0), rollout("c", "add", 1),
        rollout("d", "mul", 1));
    int[] lengths = {3, 3, 3, 3};
    Map<HookPoint, Integer> widths = Map.of(HOOK, 2);
    try (ActivationWriter writer = new ActivationWriter(folder,
        new StoreLayout(widths, DType.F32, StoreLayout.Rows.all(lengths)))) {
      for (int i = 0; i < lengths.length; i++) {
        writer.append(i, new int[3], new Recording(new int[]{0, 3}, Map.of(HOOK, states[i]), widths), 0);
      }
      writer.finish();
    }
    Split split = new Split(Map.of("a", Fold.TRAIN, "b", Fold.TRAIN, "c", Fold.TEST, "d", Fold.TRAIN));
    try (ActivationStore store = ActivationStore.open(folder)) {
      return LayerStates.read(store, rollouts, split, "add", HOOK, StatePosition.PROMPT_END, donors, 1);
    }
  }

  private static Rollout rollout(String id, String dataset, double reward) {
    return new Rollout(new Problem(id, dataset, id, "", ""), 0, 1, "", new int[3], 2, true, reward, 0);
  }

  private static float[][] states() {
    return new float[][]{{SINK, 0, 4, 1, 2, 3}, {SINK, 0, 0, 5, 2, 3}, {SINK, 0, 90, 90, 90, 90}, {9, 9, 9, 9, 9, 9}};
  }

  /// Mean and deviation are of training states of the task behind position 0; the sign is that of s₀ before success less
  /// before failure: coordinate 0 is higher (4 > 0), coordinate 1 lower (1 < 5).
  @Test
  void meansAndDeviationsAreOfTrainingStatesBehindTheFirst() throws IOException {
    LayerStates layer = read(states(), 1);
    assertThat(layer.means()).containsExactly(2, 3);
    assertThat(layer.deviations()[0]).isCloseTo((float) Math.sqrt(2), within(1e-6f));
    assertThat(layer.deviations()[1]).isCloseTo((float) -Math.sqrt(2), within(1e-6f));
  }

  @Test
  void donorsAreTrainingStatesAndTheSeedDecides() throws IOException {
    List<float[]> donors = read(states(), 20).donors();
    List<float[]> allowed = List.of(new float[]{4, 1}, new float[]{2, 3}, new float[]{0, 5});
    assertThat(donors).hasSize(20).allSatisfy(donor -> assertThat(allowed).anySatisfy(
        state -> assertThat(donor).containsExactly(state)));
    assertThat(new ArrayList<>(read(states(), 20).donors())).usingRecursiveComparison().isEqualTo(donors);
  }

  @Test
  void aStateThatIsNoNumberTakesNoPart() throws IOException {
    float[][] states = states();
    states[0][4] = Float.NaN;
    assertThat(read(states, 1).means()[0]).isCloseTo((4 + 0 + 2) / 3f, within(1e-6f));
    for (int t = 1; t < 3; t++) {
      states[0][2 * t] = Float.NaN;
      states[1][2 * t] = Float.NaN;
    }
    assertThatThrownBy(() -> read(states, 1)).isInstanceOf(NotEnoughData.class).hasMessage(
        "an ablation at blocks.0.hook_resid_post of add needs finite training states: at least 1, found 0");
  }
}
