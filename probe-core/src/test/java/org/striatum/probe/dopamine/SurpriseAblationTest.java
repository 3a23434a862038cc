package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.PlantedRollouts.Recipe;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.dopamine.SurpriseResponse.TracedToken;
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
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Verdict;

/// A response that goes through a coordinate below is lost with it, and one that does not is not.
class SurpriseAblationTest {
  private static final int WIDTH = 60;
  private static final int SURPRISED = 0; // follows δ
  private static final int NOISE = 50;
  private static final int SOURCE = 40; // of the lower hook point
  private static final HookPoint LOWER = HookPoint.residPost(1);
  private static final PlantedRollouts PLANTED = PlantedRollouts.draw(new Recipe(200, 6, 32, WIDTH, true, true),
      new SplittableRandom(10));
  private static final StudiedDataset STUDIED = PLANTED.dataset("planted");
  private static final List<TokenSequence> SEQUENCES = IntStream.range(0, PLANTED.size()).mapToObj(i -> {
    int[] tokens = new int[PLANTED.promptLength(i) - 1 + PLANTED.length(i)];
    Arrays.fill(tokens, i);
    return new TokenSequence(tokens, PLANTED.promptLength(i));
  }).toList();
  private static final List<List<Integer>> CONTROLS = IntStream.range(20, 39).mapToObj(List::of).toList();

  /// Gives back planted states. Its lower hook point holds in one coordinate what follows δ above.
  ///
  /// @param through whether that is where the upper one has it from
  private record Echo(boolean through) implements GatedModel {
    @Override
    public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
      int[] rowOf = new int[sequences.size() + 1];
      for (int k = 0; k < sequences.size(); k++) {
        rowOf[k + 1] = rowOf[k] + sequences.get(k).length();
      }
      float[] rows = new float[rowOf[sequences.size()] * WIDTH];
      for (int k = 0; k < sequences.size(); k++) {
        TokenSequence sequence = sequences.get(k);
        float[] states = PLANTED.runs().get(sequence.tokens()[0]).states();
        for (int t = 0; t < sequence.length(); t++) {
          int state = Math.max(0, t - sequence.promptLength() + 1);
          float[] own = Arrays.copyOfRange(states, state * WIDTH, (state + 1) * WIDTH);
          float[] lower = own.clone();
          lower[SOURCE] = own[SURPRISED];
          Gate gate = gates.at().get(LOWER);
          float[] gated = gate == null ? lower : gate.apply(lower, lower, t);
          own[SURPRISED] = through ? gated[SOURCE] : own[SURPRISED];
          System.arraycopy(own, 0, rows, (rowOf[k] + t) * WIDTH, WIDTH);
        }
      }
      return new Recording(rowOf, Map.of(PlantedRollouts.HOOK, rows), Map.of(PlantedRollouts.HOOK, WIDTH));
    }

    @Override
    public int layers() {
      return 3;
    }

    @Override
    public int vocabulary() {
      return 10_000;
    }

    @Override
    public List<HookPoint> hookPoints() {
      return List.of(LOWER, PlantedRollouts.HOOK);
    }

    @Override
    public int width(HookPoint hook) {
      return WIDTH;
    }

    @Override
    public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
        int batchSize, Runnable onEachFinished) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private static SurpriseResponse response(boolean through, int neuron, int ablated, List<List<Integer>> controls) {
    return new SurpriseAblation(new Echo(through), DopamineStudyTest.settings(99, 200), 0.5, Progress.NONE).run(STUDIED,
        SEQUENCES, new Read("dopamine@top1", PlantedRollouts.HOOK, List.of(neuron)),
        new Read("value@top1", LOWER, List.of(ablated)), controls, new SplittableRandom(3));
  }

  @Test
  void aResponseThatComesFromBelowIsLost() throws IOException {
    SurpriseResponse found = response(true, SURPRISED, SOURCE, CONTROLS);
    assertThat(found.verdict()).isEqualTo(Verdict.YES);
    assertThat(found.base().low()).isGreaterThan(0.5);
    assertThat(found.left().value()).as("the same at every step").isCloseTo(0, within(1e-9));
    assertThat(found.change().value()).isCloseTo(-found.base().value(), within(1e-9));
    assertThat(found.controls()).hasSize(CONTROLS.size()).allSatisfy(change -> assertThat(change).isZero());
    assertThat(found.p()).isCloseTo(1.0 / (CONTROLS.size() + 1), within(1e-12));
    double before = mean(found, Surprise.SUCCESS, -1);
    double at = mean(found, Surprise.SUCCESS, 0);
    assertThat(at).as("it rises with the surprising step").isGreaterThan(before + 0.3);
    assertThat(mean(found, Surprise.FAILURE, 0)).isLessThan(-0.3);
    byte[] json = RecordJson.pretty(found);
    assertThat(new String(json, StandardCharsets.UTF_8)).as("what is told by the figures stands in no file")
        .doesNotContain("\"enough\"", "\"known\"", "\"blind\"", "\"verdict\"");
    assertThat(RecordJson.pretty(RecordJson.parse(json, SurpriseResponse.class, "response"))).isEqualTo(json);
  }

  private static double mean(SurpriseResponse found, Surprise surprise, int offset) {
    return found.traces().stream().filter(token -> token.surprise() == surprise && token.offset() == offset)
        .mapToDouble(TracedToken::base).findFirst().orElseThrow();
  }

  @Test
  void aResponseOfItsOwnIsNot() {
    SurpriseResponse found = response(false, SURPRISED, SOURCE, CONTROLS);
    assertThat(found.change().value()).isZero();
    assertThat(found.p()).isEqualTo(1);
    assertThat(found.power().atEffect()).as("half of it would have been found").isGreaterThanOrEqualTo(0.8);
    assertThat(found.verdict()).isEqualTo(Verdict.NO);
  }

  @Test
  void whereNothingAnswersOrNothingIsComparedNothingWasTested() {
    assertThat(response(true, NOISE, SOURCE, CONTROLS).verdict()).isEqualTo(Verdict.NOT_TESTED);
    assertThat(response(true, SURPRISED, SOURCE, List.of()).verdict()).isEqualTo(Verdict.NOT_TESTED);
  }

  @Test
  void whatIsAblatedLiesBelowAndSurprisesMustThereBe() {
    SurpriseAblation ablation = new SurpriseAblation(new Echo(true), DopamineStudyTest.settings(99, 200), 0.5,
        Progress.NONE);
    Read above = new Read("value@top1", PlantedRollouts.HOOK, List.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ablation.run(STUDIED, SEQUENCES, above, above, CONTROLS, new SplittableRandom(3)));
    DopamineSettings strict = DopamineStudyTest.settings(99, 200).withErrors(errors -> errors.withThreshold(0.999));
    assertThatThrownBy(
        () -> new SurpriseAblation(new Echo(true), strict, 0.5, Progress.NONE).run(STUDIED, SEQUENCES, above,
            new Read("value@top1", LOWER, List.of(SOURCE)), CONTROLS, new SplittableRandom(3)))
        .isInstanceOf(NotEnoughData.class);
  }

  /// The first paper's choice has δ first, falling δ last, and takes what follows the value behind a step for it too.
  @Test
  void theContrastRanksWhatRisesWithGainsAndFallsWithLosses() {
    DopamineSettings settings = DopamineStudyTest.settings(29, 100).withRanking(DopamineRanking.SURPRISE_CONTRAST);
    LayerDopamine layer = new DopamineStudy(settings, 1)
        .layer(STUDIED, PlantedRollouts.HOOK, Progress.Task.SILENT).figures();
    Map<PlantedRollouts.Feature, Integer> places = new LinkedHashMap<>();
    for (int i = 0; i < PlantedRollouts.PLANTED; i++) {
      places.put(PlantedRollouts.FEATURES[i], layer.order().indexOf(i));
    }
    assertThat(places.get(PlantedRollouts.Feature.DELTA)).isLessThan(5);
    assertThat(places.get(PlantedRollouts.Feature.WEAK_DELTA)).isLessThan(8);
    assertThat(places.get(PlantedRollouts.Feature.VALUE_AFTER)).isLessThan(8);
    assertThat(places.get(PlantedRollouts.Feature.FALLING_DELTA)).isGreaterThan(WIDTH - 4);
  }
}
