package org.striatum.hooks.surgery;

import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.ScoredTokens;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// Scores fixed items under gates at fixed hook points of a foreign graph. The stream just below the lowest is the same
/// for every gate: it is computed once and fed to what lies above.
final class FileScorer implements GatedModel.Scorer {
  private final OnnxFileModel model;
  private final Set<HookPoint> hooks;
  private final int items;
  private final FileSessions sessions;
  private final FileSessions.Prepared prepared;
  private final List<PaddedItems> batches = new ArrayList<>();

  /// Items that run together, their inputs kept from gate to gate.
  private record PaddedItems(PaddedBatch sequences, RunInputs inputs, GraphSignature.TokenStep step,
      ScoredTokens scored) {}

  FileScorer(OnnxFileModel model, List<TokenSequence> items, Set<HookPoint> hooks) {
    this.model = model;
    this.sessions = model.sessions();
    this.hooks = Set.copyOf(hooks);
    this.items = items.size();
    HookPoint below = below(Collections.min(hooks));
    this.prepared = sessions.session(new Surgery(Optional.of(below), Set.of(), this.hooks, Surgery.Tail.SCORES,
        Surgery.CacheUse.NONE));
    for (PaddedBatch batch : model.batches(items, model.vocabulary())) {
      batches.add(batch(batch, below));
    }
  }

  /// The nearest place on the stream at or below the hook point.
  private HookPoint below(HookPoint hook) {
    HookPoint middle = hook.layer() < 0 ? hook : new HookPoint(hook.layer(), Site.RESID_MID);
    return switch (hook.site()) {
      case EMBED, RESID_PRE, RESID_MID, RESID_POST, FINAL_NORM, LOGITS -> hook;
      case ATTN_PATTERN, HEAD_OUT, ATTN_OUT -> new HookPoint(hook.layer(), Site.RESID_PRE);
      case ROUTER_LOGITS, EXPERT_WEIGHTS, MLP_POST, MLP_OUT ->
        sessions.sites().has(middle) ? middle : new HookPoint(hook.layer(), Site.RESID_PRE);
    };
  }

  private PaddedItems batch(PaddedBatch sequences, HookPoint below) {
    GraphSignature.TokenStep step = GraphSignature.TokenStep.of(sequences);
    ScoredTokens scored = sequences.scored();
    RunInputs inputs = new RunInputs();
    prepared.signature().feed(inputs, step);
    TensorLayout size = sessions.layout(below);
    inputs.put(sessions.prefix() + OnnxSurgeon.HIDDEN, GraphSession.tensor(FloatBuffer.wrap(hidden(sequences, below)),
        size.shape(step.batch(), step.positions(), size.width())));
    inputs.put(sessions.prefix() + OnnxSurgeon.ROWS, GraphSession.tensor(scored.rows(), scored.count()));
    inputs.put(sessions.prefix() + OnnxSurgeon.TARGETS, GraphSession.tensor(scored.targets(), scored.count(), 1));
    return new PaddedItems(sequences, inputs, step, scored);
  }

  /// What flows in, right-padded with zeros: (batch · positions, d).
  private float[] hidden(PaddedBatch batch, HookPoint below) {
    Recording recording = model.record(batch.sequences(), Set.of(below), Gates.none());
    int d = model.width(below);
    float[] padded = new float[batch.rows() * d];
    for (int b = 0; b < batch.size(); b++) {
      System.arraycopy(recording.at(below), recording.rowOf()[b] * d, padded, b * batch.positions() * d,
          batch.sequences().get(b).length() * d);
    }
    return padded;
  }

  @Override
  public double[] logProbabilities(Gates gates) {
    Gates all = gates.over(hooks, model::width);
    double[] sums = new double[items];
    for (PaddedItems batch : batches) {
      all.at().forEach((hook, gate) -> sessions.gate(batch.inputs(), hook, gate,
          batch.sequences().gated(gate), batch.step()));
      String output = sessions.prefix() + OnnxSurgeon.SCORES;
      try (OrtSession.Result result = prepared.session().run(batch.inputs().tensors(), Set.of(output), Map.of())) {
        batch.scored().addTo(sums, GraphSession.floats(result, output));
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
