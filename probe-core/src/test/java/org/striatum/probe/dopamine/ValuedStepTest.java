package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.PlantedRollouts.Recipe;
import org.striatum.probe.dopamine.PlantedRollouts.Run;
import org.striatum.probe.value.ValueProbe;
import org.striatum.probe.value.ValueProbeTraining;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;
import org.striatum.probe.value.ValueProbeTraining.Returns;
import org.striatum.probe.value.ValueProbeTraining.Stopping;
import org.striatum.probe.value.ValueProbeTraining.Target;

class ValuedStepTest {
  private static final int FLIPS = 4;

  /// All 2⁴ runs of four fair coin flips, a flip a step of one token, rewarded for at least two heads; a state is one-hot
  /// of (flips, heads) so far.
  private static PlantedRollouts coinFlips() {
    int width = (FLIPS + 1) * (FLIPS + 1);
    List<Run> runs = new ArrayList<>();
    List<Steps> steps = new ArrayList<>();
    double[][] exact = new double[1 << FLIPS][FLIPS];
    for (int run = 0; run < 1 << FLIPS; run++) {
      float[] states = new float[(FLIPS + 1) * width];
      for (int t = 0; t <= FLIPS; t++) {
        int heads = Integer.bitCount(run & ((1 << t) - 1));
        states[t * width + t * (FLIPS + 1) + heads] = 1;
        if (t < FLIPS) {
          exact[run][t] = exactValue(t, heads);
        }
      }
      runs.add(new Run("run" + run, states, Integer.bitCount(run) >= 2 ? 1 : 0, 1));
      steps.add(new Steps(IntStream.rangeClosed(1, FLIPS).toArray()));
    }
    return new PlantedRollouts(runs, width, steps, new StepValues.Probe(exact, "exact"), null);
  }

  /// P(at least two heads in the end), by the recursion that defines it.
  private static double exactValue(int flips, int heads) {
    return flips == FLIPS
        ? heads >= 2 ? 1 : 0
        : (exactValue(flips + 1, heads) + exactValue(flips + 1, heads + 1)) / 2;
  }

  @Test
  void valuesOfATdProbeAreExactAndTheirSurprisesTelescope() {
    PlantedRollouts chain = coinFlips();
    ValueProbe probe = ValueProbe.train(chain, chain,
        new ValueProbeTraining(Target.TD, 64, new Optimiser(5e-4, 0.01, 16), new Stopping(1500, 1500),
            Returns.of(1 - 1e-5), true),
        new SplittableRandom(1)).probe();
    StepValues.Probe values = StepValues.Probe.read(probe, chain, chain.steps(), "td");
    for (int i = 0; i < chain.size(); i++) {
      assertThat(values.values()[i]).containsExactly(((StepValues.Probe) chain.values()).values()[i], within(0.02));
    }
    telescopes(chain, values);
  }

  private static void telescopes(PlantedRollouts rollouts, StepValues values) {
    StudiedDataset plain = rollouts.dataset("d");
    List<ValuedStep> steps = new StudiedDataset("d", plain.split(), plain.steps(), values, null,
        new TreeMap<>(plain.states())).valued(1);
    steps.stream().collect(Collectors.groupingBy(ValuedStep::rollout)).forEach((i, own) -> {
      assertThat(own).hasSize(rollouts.steps().get(i).count());
      assertThat(own.stream().mapToDouble(ValuedStep::delta).sum())
          .isCloseTo(rollouts.reward(i) - values.before(i, 0), within(1e-12));
    });
  }

  @Test
  void surprisesTelescopeToTheRewardWhateverTheValues() {
    PlantedRollouts planted = PlantedRollouts.draw(new Recipe(20, 3, 6, 14, true, true), new SplittableRandom(2));
    telescopes(planted, planted.values());
  }

  @Test
  void halvesAreSurprisesToo() {
    PlantedRollouts planted = PlantedRollouts.draw(new Recipe(20, 3, 6, 14, true, true), new SplittableRandom(3));
    assertThat(planted.dataset("d").valued(1))
        .allSatisfy(step -> assertThat((step.error().firstHalf() + step.error().secondHalf()) / 2)
            .isCloseTo(step.delta(), within(1e-12)));
  }

  @Test
  void aStepWithoutAValueOnEitherSideIsLeftOut() {
    PlantedRollouts planted = PlantedRollouts.draw(new Recipe(20, 3, 6, 14, true, true), new SplittableRandom(4));
    List<List<Continuations>> lines = new ArrayList<>(
        ((StepValues.MonteCarlo) planted.values()).continuations());
    List<Continuations> first = new ArrayList<>(lines.getFirst());
    first.set(1, Continuations.of());
    lines.set(0, first);
    StudiedDataset plain = planted.dataset("d");
    List<ValuedStep> steps = new StudiedDataset("d", plain.split(), plain.steps(), new StepValues.MonteCarlo(lines),
        plain.entropies(), new TreeMap<>(plain.states())).valued(1);
    assertThat(steps).hasSize(plain.valued(1).size() - 2);
    assertThat(steps.stream().filter(step -> step.rollout() == 0).map(ValuedStep::index)).doesNotContain(0, 1);
  }

  @Test
  void stepsKnowTheirPlace() {
    PlantedRollouts planted = PlantedRollouts.draw(new Recipe(20, 3, 6, 14, true, true), new SplittableRandom(5));
    ValuedStep second = planted.dataset("d").valued(1).get(1);
    Steps cut = planted.steps().getFirst();
    assertThat(second.index()).isEqualTo(1);
    assertThat(second.length()).isEqualTo(cut.length(1));
    assertThat(second.position()).isEqualTo(planted.promptLength(0) - 1 + (cut.first(1) + cut.last(1)) / 2.0);
    assertThat(second.entropy()).isCloseTo(planted.entropies()[0][cut.first(1) - 1], within(1e-12));
  }

  @Test
  void continuationsAreDealtInTurn() {
    Continuations dealt = Continuations.of(true, false, true, true, false);
    assertThat(dealt).isEqualTo(new Continuations(2, 3, 1, 2));
    assertThat(dealt.value()).isEqualTo(0.6);
    assertThat(Continuations.of().value()).isNaN();
    assertThatIllegalArgumentException().isThrownBy(() -> new Continuations(3, 2, 0, 0))
        .withMessage("successes must be in [0, draws], found 3 of 2 and 0 of 0");
  }

  @Test
  void refusesStepsOfOtherRollouts() {
    PlantedRollouts planted = PlantedRollouts.draw(new Recipe(20, 3, 6, 14, true, true), new SplittableRandom(6));
    StudiedDataset plain = planted.dataset("d");
    List<Steps> turned = new ArrayList<>(plain.steps()).reversed();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StudiedDataset("d", plain.split(), turned, plain.values(), plain.entropies(),
            new TreeMap<>(plain.states())))
        .withMessageContaining("take them from the same rollouts");
  }
}
