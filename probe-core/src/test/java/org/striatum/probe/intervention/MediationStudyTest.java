package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.MediationStudy.Tested;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;

class MediationStudyTest {
  private static final HookPoint HOOK = HookPoint.residPost(0);
  private static final int WIDTH = 12;
  private static final int CUT = 2;

  /// What follows is right (token 1) or wrong (token 0) by coordinates 3 and 5 of the state at the last token before it, which is a
  /// function of that token.
  private record TwoCoordinates() implements GatedModel {
    static float[] state(int token) {
      float[] state = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        state[j] = (float) Math.sin(token * (j + 1.0));
      }
      return state;
    }

    @Override
    public int layers() {
      return 1;
    }

    @Override
    public int vocabulary() {
      return 1000;
    }

    @Override
    public List<HookPoint> hookPoints() {
      return List.of(HOOK);
    }

    @Override
    public int width(HookPoint hook) {
      return WIDTH;
    }

    @Override
    public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
      int[] tokens = sequences.getFirst().tokens();
      float[] rows = new float[tokens.length * WIDTH];
      for (int t = 0; t < tokens.length; t++) {
        System.arraycopy(state(tokens[t]), 0, rows, t * WIDTH, WIDTH);
      }
      return new Recording(new int[]{0, tokens.length}, Map.of(HOOK, rows), Map.of(HOOK, WIDTH));
    }

    @Override
    public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
      return new Scorer() {
        @Override
        public double[] logProbabilities(Gates gates) {
          return items.stream().mapToDouble(item -> {
            int t = item.promptLength() - 1;
            float[] h = state(item.tokens()[t]);
            Gate gate = gates.at().get(HOOK);
            float[] y = gate != null && gate.selects(t, item.promptLength()) ? gate.apply(h, h, t) : h;
            return (item.continuation()[0] == 1 ? 1 : -1) * (y[3] + 2 * y[5]);
          }).toArray();
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
        int batchSize, Runnable onEachFinished) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static final List<RunPair> PAIRS = IntStream.range(0, 20)
      .mapToObj(p -> new RunPair("p" + p, new TokenSequence(new int[]{1, p, 100 + 7 * p, 1, 1}, CUT + 1),
          new TokenSequence(new int[]{1, p, 300 + 11 * p, 0}, CUT + 1)))
      .toList();

  private static List<Mediation> mediated(Integer... coordinates) {
    List<List<Integer>> controls = new ArrayList<>();
    for (int c = 0; c < 19; c++) {
      controls.add(IntStream.range(0, coordinates.length).mapToObj(i -> new int[]{0, 1, 2, 4, 6, 7, 8}[i]).toList());
    }
    return new MediationStudy(new TwoCoordinates(), Progress.NONE).run(
        new Tested("planted", HOOK, "set", List.of(coordinates), controls), PAIRS, new SplittableRandom(1));
  }

  /// Mean over pairs of 2 · Σ weight · (donor − receiver): the difference of two log-probabilities of opposite sign.
  private static double expected(int... coordinates) {
    return PAIRS.stream().mapToDouble(pair -> {
      float[] right = TwoCoordinates.state(pair.right().tokens()[CUT]);
      float[] wrong = TwoCoordinates.state(pair.wrong().tokens()[CUT]);
      return IntStream.of(coordinates).mapToDouble(j -> 2 * (j == 5 ? 2 : 1) * (right[j] - wrong[j])).sum();
    }).average().orElseThrow();
  }

  @Test
  void whatTheModelReadsCarriesTheWholeDifference() {
    for (Mediation one : mediated(3, 5)) {
      assertThat(one.problems()).isEqualTo(20);
      assertThat(one.total().value()).isCloseTo(expected(3, 5), within(1e-5));
      assertThat(one.whole().value()).isCloseTo(one.total().value(), within(1e-5));
      assertThat(one.effect().value()).isCloseTo(one.total().value(), within(1e-5));
      assertThat(one.mean()).isZero();
      assertThat(one.beyond().value()).isCloseTo(one.effect().value(), within(1e-9));
    }
  }

  /// Both directions move towards the donor, by as much.
  @Test
  void oneOfTwoCarriesItsPart() {
    List<Mediation> found = mediated(5);
    assertThat(found).extracting(Mediation::transplant).containsExactly(Transplant.values());
    assertThat(found).allSatisfy(
        one -> assertThat(one.effect().value()).isCloseTo(expected(5), within(1e-5)));
    assertThat(mediated(9)).allSatisfy(one -> assertThat(one.effect().value()).isCloseTo(0, within(1e-6)));
  }

  @Test
  void withoutPairsThereIsNothingToMeasure() {
    MediationStudy study = new MediationStudy(new TwoCoordinates(), Progress.NONE);
    Tested tested = new Tested("planted", HOOK, "set", List.of(3), List.of());
    assertThatExceptionOfType(NotEnoughData.class)
        .isThrownBy(() -> study.run(tested, List.of(), new SplittableRandom(1)));
    assertThat(study.run(tested, PAIRS, new SplittableRandom(1)).getFirst().p()).as("without controls").isNaN();
    assertThatIllegalArgumentException().isThrownBy(() -> new RunPair("p", new TokenSequence(new int[]{1, 2, 3}, 2),
        new TokenSequence(new int[]{1, 2, 3}, 1)));
  }

  /// Some coordinates of a row stand in the place of what is there, at its position; the others stay.
  @Test
  void aPatchOfSomeCoordinatesLeavesTheOthers() {
    Gate gate = Gate.patching(new TreeMap<>(Map.of(4, new float[]{10, 20, 30})), List.of(0, 2));
    float[] h = {1, 2, Float.POSITIVE_INFINITY};
    assertThat(gate.apply(h, h, 4)).containsExactly(10, 2, 30);
    assertThat(gate.selects(4, 1)).isTrue();
    assertThat(gate.selects(3, 1)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gate.patching(new TreeMap<>(Map.of(4, new float[3])), List.of(3)));
  }
}
