package org.striatum.studies.baselines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.decoder.StreamWriters;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;

/// Scores are sums of what each matrix writes, and what cannot be counted is said.
class WandaScoresTest {
  private static final Path GOLDEN = Path.of("../llm-hooks/src/test/resources/golden");
  private static final Rollout ROLLOUT = new Rollout(new Problem("p", "d", "q", "", ""), 0, 1, "",
      new int[]{1, 2, 3, 4, 5, 6}, 2, true, 1, -1);

  @Test
  void theStreamBehindABlockHasWhatBothMatricesWrite() throws Exception {
    try (HookedModel opened = HookedModel.open(GOLDEN.resolve("families/granite"), Optional.empty(), 1)) {
      List<String> notes = new ArrayList<>();
      HookPoint mid = new HookPoint(1, Site.RESID_MID);
      HookPoint added = new HookPoint(1, Site.MLP_OUT);
      Map<HookPoint, double[]> scores = scores(opened).at(List.of(HookPoint.residPost(1), mid, added),
          List.of(ROLLOUT), notes);
      assertThat(notes).isEmpty();
      for (int j = 0; j < scores.get(mid).length; j++) {
        assertThat(scores.get(HookPoint.residPost(1))[j])
            .isCloseTo(scores.get(mid)[j] + scores.get(added)[j], within(1e-9));
      }
      GatedModel model = opened.model();
      HookPoint heads = new HookPoint(1, Site.HEAD_OUT);
      StreamWriters writers = opened.streamWriters().orElseThrow();
      assertThat(scores.get(mid)).containsExactly(writers.absolute(heads, norms(model, heads)).orElseThrow(),
          within(1e-6));
    }
  }

  /// √Σ x² over the tokens of the one rollout.
  private static double[] norms(GatedModel model, HookPoint hook) {
    Recording recording = model.record(List.of(ROLLOUT.sequence()), Set.of(hook), Gates.none());
    float[] rows = recording.at(hook);
    double[] norms = new double[model.width(hook)];
    for (int i = 0; i < rows.length; i++) {
      norms[i % norms.length] += (double) rows[i] * rows[i];
    }
    for (int j = 0; j < norms.length; j++) {
      norms[j] = Math.sqrt(norms[j]);
    }
    return norms;
  }

  @Test
  void aMixturesExpertsAreNotCountedAndThatIsSaid() throws Exception {
    try (HookedModel opened = HookedModel.open(GOLDEN.resolve("families/mixtral"), Optional.empty(), 1)) {
      List<String> notes = new ArrayList<>();
      Map<HookPoint, double[]> scores = scores(opened).at(List.of(HookPoint.residPost(0), HookPoint.EMBED),
          List.of(ROLLOUT), notes);
      assertThat(scores).containsOnlyKeys(HookPoint.residPost(0));
      assertThat(notes).hasSize(2);
      assertThat(notes.getFirst()).contains(HookPoint.mlpPost(0).toString());
      assertThat(notes.getLast()).contains(HookPoint.EMBED.toString());
    }
  }

  private static WandaScores scores(HookedModel opened) throws Exception {
    return new WandaScores(opened.model(), opened.streamWriters().orElseThrow());
  }
}
