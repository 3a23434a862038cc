package org.striatum.hooks.surgery;

import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Inputs;
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
  private final OnnxFileModel.Prepared prepared;
  private final List<Batch> batches = new ArrayList<>();

  /// Items that run together, their inputs kept from gate to gate.
  ///
  /// @param itemOfRow which item each scored row belongs to
  private record Batch(List<TokenSequence> sequences, Inputs inputs, Signature.Step step, int[] itemOfRow) {}

  FileScorer(OnnxFileModel model, List<TokenSequence> items, Set<HookPoint> hooks) {
    this.model = model;
    this.hooks = Set.copyOf(hooks);
    this.items = items.size();
    HookPoint below = below(Collections.min(hooks));
    this.prepared = model.session(new Surgery(Optional.of(below), Set.of(), this.hooks, Surgery.Tail.SCORES,
        Surgery.CacheUse.NONE));
    for (int[] members : model.batches(items, model.vocabulary())) {
      batches.add(batch(members, Arrays.stream(members).mapToObj(items::get).toList(), below));
    }
  }

  /// The nearest place on the stream at or below the hook point.
  private HookPoint below(HookPoint hook) {
    HookPoint middle = hook.layer() < 0 ? hook : new HookPoint(hook.layer(), Site.RESID_MID);
    return switch (hook.site()) {
      case EMBED, RESID_PRE, RESID_MID, RESID_POST, FINAL_NORM, LOGITS -> hook;
      case ATTN_OUT -> new HookPoint(hook.layer(), Site.RESID_PRE);
      case MLP_POST, MLP_OUT -> model.sites().has(middle) ? middle : new HookPoint(hook.layer(), Site.RESID_PRE);
    };
  }

  private Batch batch(int[] members, List<TokenSequence> sequences, HookPoint below) {
    Signature.Step step = OnnxFileModel.step(sequences);
    int positions = step.positions();
    int count = sequences.stream().mapToInt(sequence -> sequence.length() - sequence.promptLength()).sum();
    long[] rows = new long[count];
    long[] targets = new long[count];
    int[] itemOfRow = new int[count];
    int next = 0;
    for (int b = 0; b < members.length; b++) {
      int[] tokens = sequences.get(b).tokens();
      for (int t = sequences.get(b).promptLength(); t < tokens.length; t++) {
        rows[next] = (long) b * positions + t - 1;
        targets[next] = tokens[t];
        itemOfRow[next++] = members[b];
      }
    }
    Inputs inputs = new Inputs();
    prepared.signature().feed(inputs, step);
    Measured size = model.measured(below);
    inputs.put(model.prefix() + OnnxSurgeon.HIDDEN, GraphSession.tensor(FloatBuffer.wrap(hidden(sequences, positions,
        below)), size.shape(step.batch(), positions, size.width())));
    inputs.put(model.prefix() + OnnxSurgeon.ROWS, GraphSession.tensor(rows, count));
    inputs.put(model.prefix() + OnnxSurgeon.TARGETS, GraphSession.tensor(targets, count, 1));
    return new Batch(sequences, inputs, step, itemOfRow);
  }

  /// What flows in, right-padded with zeros: (batch · positions, d).
  private float[] hidden(List<TokenSequence> sequences, int positions, HookPoint below) {
    Recording recording = model.record(sequences, Set.of(below), Gates.none());
    int d = model.width(below);
    float[] padded = new float[sequences.size() * positions * d];
    for (int b = 0; b < sequences.size(); b++) {
      System.arraycopy(recording.at(below), recording.rowOf()[b] * d, padded, b * positions * d,
          sequences.get(b).length() * d);
    }
    return padded;
  }

  @Override
  public double[] logProbabilities(Gates gates) {
    Gates all = gates.over(hooks, model::width);
    double[] sums = new double[items];
    for (Batch batch : batches) {
      int positions = batch.step().positions();
      all.at().forEach((hook, gate) -> model.gate(batch.inputs(), hook, gate,
          Inputs.mask(gate, batch.sequences(), positions), batch.step().batch(), positions));
      String output = model.prefix() + OnnxSurgeon.SCORES;
      try (OrtSession.Result result = prepared.session().run(batch.inputs().tensors(), Set.of(output), Map.of())) {
        float[] scores = GraphSession.floats(result, output);
        for (int row = 0; row < scores.length; row++) {
          sums[batch.itemOfRow()[row]] += scores[row];
        }
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
