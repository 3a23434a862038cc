package org.striatum.hooks.onnx;

import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.striatum.hooks.engine.ScoredTokens;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// Scores fixed items under gates at fixed hook points. What lies below the lowest, where that is a residual one, is the
/// same for every gate: it is computed once and fed to the part of the model above.
final class SuffixScorer implements GatedModel.Scorer {
  private final OnnxModel model;
  private final Set<HookPoint> hooks;
  private final int items;
  private final GraphSession session;
  private final List<PackedItems> batches = new ArrayList<>();

  /// Items that run together, their inputs kept from gate to gate.
  private record PackedItems(Packing packing, RunInputs inputs, ScoredTokens scored) {}

  SuffixScorer(OnnxModel model, List<TokenSequence> items, Set<HookPoint> hooks) {
    this.model = model;
    this.hooks = Set.copyOf(hooks);
    this.items = items.size();
    HookPoint lowest = Collections.min(hooks);
    boolean resumable = lowest.site() == Site.RESID_POST;
    this.session = model.session(
        new GraphSpec(resumable ? lowest.layer() : -1, Set.of(), hooks, GraphSpec.Head.SCORED, false));
    for (Packing packing : model.plan(items)) {
      batches.add(scored(packing, items, resumable ? above(packing, lowest) : RunInputs.tokens(packing)));
    }
  }

  /// The residual stream entering the suffix, computed once.
  private RunInputs above(Packing packing, HookPoint hook) {
    float[] below = new float[Math.multiplyExact(packing.rows(), model.width(hook))];
    model.run(packing, Set.of(hook), Gates.none(), (_, rows) -> rows.get(below));
    return RunInputs.layout(packing).put("hidden",
        GraphSession.tensor(FloatBuffer.wrap(below), packing.rows(), model.width(hook)));
  }

  /// Adds what is scored: the row before each continuation token, and that token.
  private static PackedItems scored(Packing packing, List<TokenSequence> items, RunInputs inputs) {
    int[] members = IntStream.range(0, packing.sequences()).map(packing::member).toArray();
    ScoredTokens scored = ScoredTokens.of(members, Arrays.stream(members).mapToObj(items::get).toList(),
        (b, t) -> packing.rowsOf(b)[t]);
    inputs.put("rows", GraphSession.tensor(scored.rows(), scored.count())).put("targets",
        GraphSession.tensor(scored.targets(), scored.count(), 1));
    return new PackedItems(packing, inputs, scored);
  }

  @Override
  public double[] logProbabilities(Gates gates) {
    Gates all = gates.over(hooks, model::width);
    double[] sums = new double[items];
    for (PackedItems batch : batches) {
      all.at().forEach((hook, gate) -> batch.inputs().gate(hook, gate, batch.packing().gated(gate)));
      try (OrtSession.Result result = session.run(batch.inputs().tensors(), Set.of(OnnxInterpreter.SCORES), Map.of())) {
        batch.scored().addTo(sums, GraphSession.floats(result, OnnxInterpreter.SCORES));
      }
    }
    return sums;
  }

  /// Closes the kept inputs; the session stays the model's.
  @Override
  public void close() {
    batches.forEach(batch -> batch.inputs().close());
  }
}
