package org.striatum.probe.uses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults.Signal;
import org.striatum.probe.uses.ConfidenceStudy.StudiedDataset;
import org.striatum.probe.value.Trajectories;

/// Signals on rollouts where it is known what tells right from wrong.
class ConfidenceStudyTest {
  private static final int WIDTH = 6;
  private static final ConfidenceStudy STUDY = new ConfidenceStudy(Grader.AFTER_LAST_HASH::answer, 200, 5);

  /// Two states a rollout; coordinate 2 of the first tells the outcome with noise, log-probability tells nothing.
  ///
  /// @param always whether every rollout is right
  private static StudiedDataset planted(int problems, int samples, boolean always) {
    SplittableRandom random = new SplittableRandom(11);
    List<Rollout> rollouts = new ArrayList<>();
    List<float[]> states = new ArrayList<>();
    for (int p = 0; p < problems; p++) {
      Problem problem = new Problem("p" + p, "planted", "p" + p, "", "7");
      for (int sample = 0; sample < samples; sample++) {
        boolean right = always || random.nextBoolean();
        rollouts.add(new Rollout(problem, sample, 0, right ? "#7" : "#" + random.nextInt(100, 999), new int[]{1, 2},
            1, true, right ? 1 : 0, -random.nextDouble()));
        float[] rows = new float[2 * WIDTH];
        for (int j = 0; j < rows.length; j++) {
          rows[j] = (float) random.nextGaussian();
        }
        rows[2] += right ? 1.5f : -1.5f;
        states.add(rows);
      }
    }
    Split split = Split.byProblem(rollouts.stream().map(rollout -> rollout.problem().id()).toList(), 0.5, 0.2, random);
    return new StudiedDataset("planted", HookPoint.residPost(0), rollouts, new Listed(rollouts, states), split,
        fitted(rollouts, states, split));
  }

  /// A probe of first states on training problems; of one outcome, a constant.
  private static LinearPredictor fitted(List<Rollout> rollouts, List<float[]> states, Split split) {
    int[] train = IntStream.range(0, rollouts.size())
        .filter(i -> split.of(rollouts.get(i).problem().id()) == Split.Fold.TRAIN).toArray();
    float[] rows = new float[train.length * WIDTH];
    boolean[] right = new boolean[train.length];
    for (int k = 0; k < train.length; k++) {
      System.arraycopy(states.get(train[k]), 0, rows, k * WIDTH, WIDTH);
      right[k] = rollouts.get(train[k]).reward() > 0.5;
    }
    return rollouts.stream().allMatch(rollout -> rollout.reward() > 0.5)
        ? new LinearPredictor(new Standardisation(new double[WIDTH], new double[WIDTH]), 0, new double[WIDTH])
        : LinearProbe.fit(rows, WIDTH, right);
  }

  private record Listed(List<Rollout> rollouts, List<float[]> states) implements Trajectories {
    @Override
    public int size() {
      return rollouts.size();
    }

    @Override
    public int width() {
      return WIDTH;
    }

    @Override
    public int length(int i) {
      return 2;
    }

    @Override
    public void states(int i, float[] into, int offset) {
      System.arraycopy(states.get(i), 0, into, offset, 2 * WIDTH);
    }

    @Override
    public double reward(int i) {
      return rollouts.get(i).reward();
    }

    @Override
    public String problem(int i) {
      return rollouts.get(i).problem().id();
    }

    @Override
    public int promptLength(int i) {
      return 1;
    }
  }

  private static Signal signal(DatasetConfidence found, String name) {
    return found.signals().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void valueIsSeenToTellAndNoiseNotTo() {
    DatasetConfidence found = STUDY.study(planted(150, 2, false));
    Signal value = signal(found, "V(s₀)");
    // Two normals three deviations apart: AUROC Φ(3/√2) = 0.983.
    assertThat(value.auroc().value()).isCloseTo(0.983, within(0.03));
    assertThat(value.brier()).isLessThan(0.12);
    assertThat(value.selective().aurc()).isLessThan(0.2);
    Signal noise = signal(found, "log-probability");
    assertThat(noise.auroc().low()).isLessThan(0.5);
    assertThat(noise.auroc().high()).isGreaterThan(0.5);
    assertThat(noise.valueAhead().low()).isGreaterThan(0.2);
    assertThat(signal(found, "prompt length").auroc().value()).isEqualTo(0.5);
    assertThat(found.statement()).contains("better than log-probability (after one rollout");
  }

  /// Right answers agree with each other, wrong ones do not.
  @Test
  void selfConsistencyNeedsTwoRolloutsOfEveryProblem() {
    assertThat(signal(STUDY.study(planted(100, 4, false)), "self-consistency").auroc().value()).isGreaterThan(0.85);
    DatasetConfidence alone = STUDY.study(planted(150, 1, false));
    assertThat(alone.signals()).extracting(Signal::name).doesNotContain("self-consistency");
    assertThat(alone.notes()).containsExactly(
        "self-consistency left out: it needs at least 2 rollouts of every problem");
  }

  /// Completions that other programs wrote come without.
  @Test
  void anUnknownLogProbabilityIsLeftOutAndSaid() {
    StudiedDataset drawn = planted(40, 2, false);
    List<Rollout> silent = drawn.rollouts().stream().map(one -> new Rollout(one.problem(), one.sample(), one.seed(),
        one.completion(), one.tokens(), one.promptLength(), one.finished(), one.reward(), Double.NaN)).toList();
    DatasetConfidence found = STUDY
        .study(new StudiedDataset(drawn.name(), drawn.hook(), silent, drawn.states(), drawn.split(), drawn.value()));
    assertThat(found.signals()).extracting(Signal::name).containsExactly(ConfidenceStudy.VALUE,
        ConfidenceStudy.PROMPT_LENGTH, ConfidenceStudy.VALUE_AT_END, ConfidenceStudy.SELF_CONSISTENCY);
    assertThat(found.notes()).anySatisfy(note -> assertThat(note).startsWith("log-probability left out"));
  }

  @Test
  void oneOutcomeIsSaidAndNothingElse() {
    DatasetConfidence found = STUDY.study(planted(40, 1, true));
    assertThat(found.signals()).isEmpty();
    assertThat(found.statement()).isEqualTo("No signal can be compared: right and wrong rollouts are needed, found 20"
        + " right of 20 in training.");
  }

  @Test
  void brokenStatesAreCountedAndLeftOut() {
    StudiedDataset planted = planted(60, 2, false);
    ((Listed) planted.states()).states().get(3)[0] = Float.NaN;
    DatasetConfidence found = STUDY.study(planted);
    assertThat(found.excluded()).isEqualTo(1);
    assertThat(signal(found, "V(s₀)").auroc().value()).isGreaterThan(0.8);
  }
}
