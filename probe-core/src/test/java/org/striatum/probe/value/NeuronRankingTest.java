package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.sparse.PlantedStore;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;

class NeuronRankingTest {
  /// Two hidden units over three coordinates.
  private static final ValueProbe PROBE = new ValueProbe(new float[]{1, -2, 0, 0.5f, 0.5f, -3}, new float[]{10, -100},
      new float[]{-2, 4}, 0, new Standardisation(new double[3], new double[]{1, 1, 1}));

  @Test
  void weightRankingsByHand() {
    assertThat(NeuronRanking.firstLayerL1(Target.TD, PROBE).scores()).containsExactly(1.5, 2.5, 3);
    assertThat(NeuronRanking.firstLayerL1(Target.TD, PROBE).order()).containsExactly(2, 1, 0);
    assertThat(NeuronRanking.functional(Target.TD, PROBE).scores()).containsExactly(4, 6, 12);
    // At the origin the first unit is open and the second shut: ∂V/∂z = −2 · (1, −2, 0).
    ListedTrajectories origin = new ListedTrajectories(3,
        List.of(new ListedTrajectories.Trajectory("p", new float[6], 1, 1)));
    NeuronRanking gradient = NeuronRanking.gradient(Target.MONTE_CARLO, PROBE, origin);
    assertThat(gradient.name()).isEqualTo("monte-carlo-gradient");
    assertThat(gradient.scores()).containsExactly(2, 4, 0);
  }

  @Test
  void outcomeRankingsByHand() {
    // Columns: separates perfectly, separates perfectly the other way, constant, no relation.
    float[] rows = {1, 4, 7, 1, 2, 3, 7, 2, 3, 2, 7, 1, 4, 1, 7, 2};
    InitialStates states = new InitialStates(rows, 4, new boolean[]{false, false, true, true},
        new String[]{"a", "b", "c", "d"});
    NeuronRanking auroc = NeuronRanking.auroc(states);
    assertThat(auroc.scores()).containsExactly(0.5, 0.5, 0, 0);
    assertThat(auroc.order()).as("ties by index").containsExactly(0, 1, 2, 3);
    double[] differences = NeuronRanking.meanDifference(states).scores();
    assertThat(differences[0]).isCloseTo(4, within(1e-12)); // (3.5 − 1.5) / 0.5
    assertThat(differences[2]).isZero();
    assertThat(differences[3]).isZero();
  }

  @Test
  void aRankingAgreesWithItself() {
    NeuronRanking ranking = NeuronRanking.of("a", new double[]{3, 1, 2, 5});
    NeuronRanking reversed = NeuronRanking.of("b", new double[]{-3, -1, -2, -5});
    assertThat(ranking.with(ranking, 2)).isEqualTo(new Agreement("a", "a", 1, 2, 1));
    assertThat(ranking.with(reversed, 2)).isEqualTo(new Agreement("a", "b", -1, 2, 0));
    assertThat(ranking.top(1)).containsExactly(false, false, false, true);
    assertThatIllegalArgumentException().isThrownBy(() -> ranking.top(5)).withMessageContaining("found 5");
  }

  /// The design's planted store: 9 informative coordinates of 896 at ±1.2 σ among scales over three decades.
  @Test
  void recoversEveryPlantedCoordinate() {
    PlantedStore store = PlantedStore.standard(400, new SplittableRandom(31));
    ListedTrajectories train = trajectories(store.range(0, 1200));
    ListedTrajectories validation = trajectories(store.range(1200, 1600));
    ValueProbeTraining training = new ValueProbeTraining(Target.MONTE_CARLO, 64, new Optimiser(1e-3, 0.01, 16),
        new Stopping(10, 10), Returns.of(1), true);
    ValueProbe probe = ValueProbe.train(train, validation, training, new SplittableRandom(32)).probe();
    assertThat(best(NeuronRanking.firstLayerL1(Target.MONTE_CARLO, probe), 9)).isEqualTo(store.informative());
    assertThat(best(NeuronRanking.functional(Target.MONTE_CARLO, probe), 9)).isEqualTo(store.informative());

    PlantedStore fit = store.range(0, 1200);
    InitialStates initial = new InitialStates(fit.rows(), fit.width(), fit.labels(), fit.problems());
    PlantedStore choose = store.range(1200, 1600);
    SparseProbe sparse = SparseProbe.fit(initial,
        new InitialStates(choose.rows(), choose.width(), choose.labels(), choose.problems()),
        settings());
    assertThat(best(NeuronRanking.sparsePath(sparse.path()), 9)).isEqualTo(store.informative());
    assertThat(best(NeuronRanking.auroc(initial), 9)).isEqualTo(store.informative());
  }

  private static SparseSettings settings() {
    return SparseSettings.DEFAULTS.withPath(20, 0.1).withPermutations(0);
  }

  private static int[] best(NeuronRanking ranking, int k) {
    int[] best = Arrays.copyOf(ranking.order(), k);
    Arrays.sort(best);
    return best;
  }

  /// Every row a trajectory of one state.
  static ListedTrajectories trajectories(PlantedStore store) {
    List<ListedTrajectories.Trajectory> list = new ArrayList<>();
    for (int i = 0; i < store.size(); i++) {
      list.add(new ListedTrajectories.Trajectory(store.problems()[i],
          Arrays.copyOfRange(store.rows(), i * store.width(), (i + 1) * store.width()), store.labels()[i] ? 1 : 0, 3));
    }
    return new ListedTrajectories(store.width(), list);
  }
}
