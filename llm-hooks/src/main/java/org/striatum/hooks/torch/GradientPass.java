package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.ScoredTokens;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.value.GradientTape;

/// One evaluation of the loss of [Gradient] and of its gradient, over batches whose gradients add up.
final class GradientPass {
  private final Passes passes;
  private final List<TokenSequence> items;
  private final double perTarget; // weight of one token's −log p in the loss
  private final double perCoordinate; // weight of one g in the loss
  private final Map<HookPoint, Long> gatedRows = new TreeMap<>();
  private final Map<HookPoint, double[]> opened = new TreeMap<>(); // Σ g over rows: (d)
  private final double[] logProbabilities;

  /// @param items prompts with at least one token behind each
  /// @param opennessPenalty λ ≥ 0
  /// @throws IllegalArgumentException if an item has no continuation, or λ is negative or infinite
  GradientPass(Passes passes, List<TokenSequence> items, Gates gates, double opennessPenalty) {
    if (!(opennessPenalty >= 0) || Double.isInfinite(opennessPenalty)) {
      throw new IllegalArgumentException("openness penalty must be ≥ 0 and finite, found " + opennessPenalty);
    }
    this.passes = passes;
    this.items = items;
    this.perTarget = 1.0 / targets(items);
    this.logProbabilities = new double[items.size()];
    double gatedCoordinates = 0;
    for (Map.Entry<HookPoint, Gate> gate : gates.at().entrySet()) {
      if (gate.getValue().added().isByPosition()) {
        throw new IllegalArgumentException(
            "a gate with rows by position has no gradient, found one at " + gate.getKey());
      }
      long rows = gatedRows(items, gate.getKey(), gate.getValue().positions());
      gatedRows.put(gate.getKey(), rows);
      opened.put(gate.getKey(), new double[gate.getValue().width()]);
      gatedCoordinates += (double) gate.getValue().width() * rows;
    }
    this.perCoordinate = gatedCoordinates == 0 ? 0 : opennessPenalty / gatedCoordinates;
  }

  private static int targets(List<TokenSequence> items) {
    int targets = 0;
    for (TokenSequence item : items) {
      if (item.length() == item.promptLength()) {
        throw new IllegalArgumentException("an item to learn from needs tokens after its prompt, found a prompt of "
            + item.length() + " tokens alone");
      }
      targets += item.length() - item.promptLength();
    }
    return targets;
  }

  /// Rows that a gate acts on: behind the last block only those that are scored pass.
  private static long gatedRows(List<TokenSequence> items, HookPoint hook, PositionMask mask) {
    boolean scoredOnly = Passes.inHead(hook);
    long rows = 0;
    for (TokenSequence item : items) {
      int from = scoredOnly ? item.promptLength() - 1 : 0;
      int to = scoredOnly ? item.length() - 1 : item.length();
      for (int t = from; t < to; t++) {
        rows += mask.selects(t, item.promptLength()) ? 1 : 0;
      }
    }
    return rows;
  }

  Gradient gradient(Gates gates) {
    return passes.inScope(() -> {
      try (GradientTape tape = GradientTape.start()) {
        AppliedChanges applied = passes.applied(gates, true);
        for (PaddedBatch batch : PaddedBatch.of(items, rowsPerRun())) {
          passes.runInScope(() -> descend(tape, applied, batch));
        }
        return gathered(applied);
      }
    });
  }

  /// Adds one batch to the leaves' gradients, to the items' log-probabilities and to the gates' openness.
  private void descend(GradientTape tape, AppliedChanges applied, PaddedBatch batch) {
    DjlInterpreter run = passes.run(applied, batch);
    NDArray x = passes.upTo(run, passes.shape().layers());
    ScoredTokens scored = batch.scored();
    NDArray scores = passes.scores(run, x, scored);
    scored.addTo(logProbabilities, scores.toFloatArray());
    NDArray loss = scores.sum().mul(passes.manager().create((float) -perTarget));
    NDArray share = passes.manager().create((float) perCoordinate);
    for (Map.Entry<HookPoint, NDArray> gate : run.openness().entrySet()) {
      float[] sums = gate.getValue().toFloatArray();
      double[] total = opened.get(gate.getKey());
      Arrays.setAll(total, i -> total[i] + sums[i]);
      if (perCoordinate > 0) {
        loss = loss.add(gate.getValue().sum().mul(share));
      }
    }
    if (!applied.isEmpty()) {
      tape.backward(loss);
    }
  }

  private Gradient gathered(AppliedChanges applied) {
    double loss = -Arrays.stream(logProbabilities).sum() * perTarget;
    SortedMap<HookPoint, GateGradient> found = new TreeMap<>();
    for (Map.Entry<HookPoint, GateArrays> gate : applied.gates().entrySet()) {
      double[] sums = opened.get(gate.getKey());
      loss += perCoordinate * Arrays.stream(sums).sum();
      float[] openness = new float[sums.length];
      for (int i = 0; i < sums.length; i++) {
        openness[i] = (float) (sums[i] / Math.max(1, gatedRows.get(gate.getKey())));
      }
      found.put(gate.getKey(), gate.getValue().gradient(openness));
    }
    return new Gradient(loss, logProbabilities, found, applied.gradient(passes.overlay()));
  }

  /// Rows of a run whose intermediate values, all kept for the way back, fit the budget: about 24 arrays of the
  /// stream's width, 8 of the MLP's and 4 of attention scores per layer, 4 of logits.
  private int rowsPerRun() {
    DecoderShape shape = passes.shape();
    long longest = items.stream().mapToInt(TokenSequence::length).max().orElseThrow();
    long floatsPerRow = shape.layers() * (24L * shape.width() + 8L * shape.mlpWidth() + 4L * shape.heads() * longest)
        + 4L * shape.vocabulary();
    return Math.clamp(Passes.RUN_FLOATS / floatsPerRow, 1, Passes.MOST_ROWS);
  }
}
