package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.ScoredTokens;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// Scores fixed items. What lies below the lowest hook point, where that is on the residual stream, is computed once and
/// kept.
final class DjlScorer implements GatedModel.Scorer {
  private final Passes passes;
  private final Set<HookPoint> hooks;
  private final ToIntFunction<HookPoint> width;
  private final HookPoint lowest;
  private final int items;
  private final List<PaddedBatch> batches;
  private final List<NDArray> entering = new ArrayList<>(); // by batch: the stream before the gate, (rows, d)

  /// @param width of a hook point
  DjlScorer(Passes passes, List<TokenSequence> items, Set<HookPoint> hooks, ToIntFunction<HookPoint> width) {
    this.passes = passes;
    this.hooks = Set.copyOf(hooks);
    this.width = width;
    this.lowest = Collections.min(hooks);
    this.items = items.size();
    // Batches as of a recording with logits, so that the two agree to the bit.
    this.batches = PaddedBatch.of(items, passes.rowsWithLogits());
    if (lowest.site() == Site.RESID_POST) {
      batches.forEach(batch -> entering.add(below(batch)));
    }
  }

  private NDArray below(PaddedBatch batch) {
    return passes.inScope(() -> {
      NDArray x = passes.upTo(passes.run(passes.applied(Gates.none(), false), batch), lowest.layer() + 1);
      NDScope.unregister(x);
      return x;
    });
  }

  @Override
  public double[] logProbabilities(Gates gates) {
    Gates all = gates.over(hooks, width);
    double[] sums = new double[items];
    passes.runInScope(() -> {
      AppliedChanges applied = passes.applied(all, false);
      for (int i = 0; i < batches.size(); i++) {
        int at = i;
        passes.runInScope(() -> score(applied, at, sums));
      }
    });
    return sums;
  }

  private void score(AppliedChanges applied, int at, double[] sums) {
    DjlInterpreter run = passes.run(applied, batches.get(at));
    int layers = passes.shape().layers();
    NDArray x = entering.isEmpty()
        ? passes.upTo(run, layers)
        : passes.blocks(run, run.hook(lowest, entering.get(at), entering.get(at)), lowest.layer() + 1, layers);
    ScoredTokens scored = batches.get(at).scored();
    if (scored.count() > 0) {
      scored.addTo(sums, passes.scores(run, x, scored).toFloatArray());
    }
  }

  @Override
  public void close() {
    entering.forEach(NDArray::close);
  }
}
