package org.striatum.hooks.onnx;

import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// Scores fixed items under gates at one hook point. What lies below a residual hook point is the same for every gate:
/// it is computed once and fed to the part of the model above.
final class SuffixScorer implements GatedModel.Scorer {
  private final HookPoint hook;
  private final int items;
  private final GraphSession session;
  private final List<Batch> batches = new ArrayList<>();

  /// Items that run together, their inputs kept from gate to gate.
  ///
  /// @param itemOfRow which item each scored row belongs to
  private record Batch(List<TokenSequence> sequences, int positions, Inputs inputs, int[] itemOfRow) {}

  SuffixScorer(OnnxModel model, List<TokenSequence> items, HookPoint hook) {
    this.hook = hook;
    this.items = items.size();
    boolean resumable = hook.site() == Site.RESID_POST;
    this.session = model.session(
        new GraphSpec(resumable ? hook.layer() : -1, Set.of(), Set.of(hook), GraphSpec.Head.SCORED, false));
    for (int[] members : OnnxModel.batches(items)) {
      List<TokenSequence> sequences = Arrays.stream(members).mapToObj(items::get).toList();
      int positions = OnnxModel.longest(sequences);
      Inputs inputs = resumable
          ? Inputs.positions(members.length, positions).put("hidden",
              GraphSession.tensor(FloatBuffer.wrap(below(model, sequences, positions)),
                  (long) members.length * positions, model.width(hook)))
          : Inputs.tokens(sequences, positions);
      batches.add(scored(members, sequences, positions, inputs));
    }
  }

  /// Adds what is scored: the row before each continuation token, and that token.
  private static Batch scored(int[] members, List<TokenSequence> sequences, int positions, Inputs inputs) {
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
    inputs.put("rows", GraphSession.tensor(rows, count)).put("targets", GraphSession.tensor(targets, count, 1));
    return new Batch(sequences, positions, inputs, itemOfRow);
  }

  /// The residual stream entering the suffix, right-padded with zeros: (batch · positions, d).
  private float[] below(OnnxModel model, List<TokenSequence> sequences, int positions) {
    Recording recording = model.record(sequences, Set.of(hook), Gates.none());
    int d = model.width(hook);
    float[] padded = new float[sequences.size() * positions * d];
    for (int b = 0; b < sequences.size(); b++) {
      System.arraycopy(recording.at(hook), recording.rowOf()[b] * d, padded, b * positions * d,
          sequences.get(b).length() * d);
    }
    return padded;
  }

  @Override
  public double[] logProbabilities(Gate gate) {
    double[] sums = new double[items];
    for (Batch batch : batches) {
      batch.inputs().gate(hook, gate, Inputs.mask(gate, batch.sequences(), batch.positions()));
      try (OrtSession.Result result = session.run(batch.inputs().tensors(), Set.of(OnnxInterpreter.SCORES), Map.of())) {
        float[] scores = GraphSession.floats(result, OnnxInterpreter.SCORES);
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
