package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Activation;
import org.striatum.hooks.decoder.Attention;
import org.striatum.hooks.decoder.LayerNorm;
import org.striatum.hooks.decoder.Recurrence;
import org.striatum.hooks.decoder.Rope;
import org.striatum.hooks.decoder.Routing;
import org.striatum.hooks.decoder.Tensors;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.probe.model.Gate;
import org.striatum.hooks.torch.FrozenWeights.LowRankArrays;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Site;

/// Interprets a decoder's description on DJL's arrays, one batch at a time: each operation is computed immediately.
/// Gradients flow to whatever in `applied` carries them.
///
/// Rows are the positions of all sequences, sequence after sequence, right padding included. Made inside a scope
/// ([ai.djl.ndarray.NDScope]) that outlives it: everything made here is closed with that scope, not before, for a
/// gradient may still need it. That is why constants are arrays: DJL frees the memory of a plain number right after
/// the operation, though the gradient of a product reads it again.
final class DjlInterpreter implements Tensors<NDArray> {
  private final FrozenWeights weights;
  private final AppliedChanges applied;
  private final PaddedBatch batch;
  private final Set<HookPoint> recorded;
  private final boolean signals;
  private final NDManager manager;
  private final NDArray tokens; // (rows)
  private final NDArray positionIds; // (rows)
  private final int positions;
  private long[] chosen; // rows that go on, null for all
  private final Map<HookPoint, NDArray> read = new HashMap<>();
  private final Map<HookPoint, NDArray> openness = new HashMap<>();
  private final Map<PositionMask, NDArray> selections = new HashMap<>();
  private final Map<Integer, NDArray> masks = new HashMap<>();
  private final Map<Rope, Turn> turns = new HashMap<>();
  private final Map<String, NDArray> changed = new HashMap<>(); // weights with their change added

  /// amplitude · cos and sin of position · frequency: (rows, 1, rotated width / 2) each.
  private record Turn(NDArray cosines, NDArray sines) {}

  /// @param recorded hook points whose values are kept
  DjlInterpreter(FrozenWeights weights, AppliedChanges applied, PaddedBatch batch, Set<HookPoint> recorded) {
    this(weights, applied, batch, recorded, false);
  }

  /// @param recorded hook points that are kept
  /// @param signals whether their gating signals are kept rather than their values
  DjlInterpreter(FrozenWeights weights, AppliedChanges applied, PaddedBatch batch, Set<HookPoint> recorded,
      boolean signals) {
    this.weights = weights;
    this.applied = applied;
    this.batch = batch;
    this.recorded = recorded;
    this.signals = signals;
    this.manager = weights.manager();
    this.positions = batch.positions();
    this.tokens = manager.create(batch.tokens());
    this.positionIds = manager.create(batch.positionIds());
  }

  /// Continues with some rows of x only: those that the head is computed for. No attention may follow.
  NDArray chosen(NDArray x, long[] rows) {
    chosen = rows;
    selections.clear();
    return x.get(manager.create(rows));
  }

  /// The value read at a recorded hook point, behind its gate, or its gating signal: (rows, width).
  NDArray at(HookPoint point) {
    return read.get(point);
  }

  /// Σ g over the gated rows of each gate met: (d).
  Map<HookPoint, NDArray> openness() {
    return openness;
  }

  @Override
  public NDArray embed(Weight table) {
    NDArray rows = rows(tokens, table);
    return weights.ofTable(table).map(path -> rows.add(Linear.linear(
        Embedding.embedding(tokens, path.down().transpose(), SparseFormat.DENSE).singletonOrThrow(), path.up())
        .singletonOrThrow().mul(path.scale()))).orElse(rows);
  }

  @Override
  public NDArray embedPositions(Weight table, int offset) {
    return rows(offset == 0 ? positionIds : positionIds.add(manager.create((long) offset)), table);
  }

  private NDArray rows(NDArray indices, Weight table) {
    return Embedding.embedding(indices, changed(table, weights.table(table)), SparseFormat.DENSE).singletonOrThrow();
  }

  @Override
  public NDArray linear(NDArray x, Weight weight, Weight bias) {
    NDArray product = Linear.linear(x, changed(weight, weights.matrix(weight, 1)), bias == null ? null : weight(bias))
        .singletonOrThrow();
    return withLowRank(product, x, weight, 1);
  }

  @Override
  public NDArray conv1d(NDArray x, Weight weight, Weight bias) {
    NDArray product = x.matMul(changed(weight, weights.matrix(weight, 0)));
    return withLowRank(bias == null ? product : product.add(weight(bias)), x, weight, 0);
  }

  /// The product with the checkpoint's adapter added, then with what is learned.
  private NDArray withLowRank(NDArray product, NDArray x, Weight weight, int inputAxis) {
    NDArray adapted = weights.product(weight, inputAxis).map(path -> changed(product, x, path)).orElse(product);
    LowRankArrays learned = applied.lowRank().get(weight.key());
    return learned == null ? adapted : changed(adapted, x, learned);
  }

  private static NDArray changed(NDArray product, NDArray x, LowRankArrays path) {
    NDArray inner = Linear.linear(x, path.down()).singletonOrThrow(); // (rows, r)
    return product.add(Linear.linear(inner, path.up()).singletonOrThrow().mul(path.scale()));
  }

  @Override
  public NDArray rmsNorm(NDArray x, int groups, Weight weight, double offset, double epsilon) {
    long n = weight.shape().getFirst();
    NDArray factors = offset(weight, offset);
    NDArray grouped = groups == 1 ? x : x.reshape(-1, groups, n);
    NDArray root = grouped.square().mean(new int[]{-1}, true).add(constant(epsilon)).sqrt();
    NDArray normed = grouped.div(root).mul(factors);
    return groups == 1 ? normed : normed.reshape(-1, groups * n);
  }

  @Override
  public NDArray layerNorm(NDArray x, LayerNorm norm) {
    int n = norm.width();
    NDArray grouped = norm.groups() == 1 ? x : x.reshape(-1, norm.groups(), n);
    NDArray centred = grouped.sub(grouped.mean(new int[]{-1}, true));
    NDArray root = centred.square().mean(new int[]{-1}, true).add(constant(norm.epsilon())).sqrt();
    NDArray normed = centred.div(root);
    if (norm.weight() != null) {
      normed = normed.mul(offset(norm.weight(), norm.offset()));
    }
    if (norm.bias() != null) {
      normed = normed.add(weight(norm.bias()));
    }
    return norm.groups() == 1 ? normed : normed.reshape(-1, (long) norm.groups() * n);
  }

  /// A norm's weight with its offset added.
  private NDArray offset(Weight weight, double offset) {
    return offset == 0 ? weight(weight) : weight(weight).add(constant(offset));
  }

  @Override
  public NDArray add(NDArray a, NDArray b) {
    return a.add(b);
  }

  @Override
  public NDArray multiply(NDArray a, NDArray b) {
    return a.mul(b);
  }

  @Override
  public NDArray scale(NDArray x, double factor) {
    return factor == 1 ? x : x.mul(constant(factor));
  }

  @Override
  public NDArray clip(NDArray x, double least, double most) {
    return x.minimum(constant(most)).maximum(constant(least));
  }

  @Override
  public NDArray growByPosition(NDArray x, double beta, int context) {
    NDArray positions = positionIds.toType(DataType.FLOAT32, false).reshape(-1, 1);
    NDArray whole = positions.div(constant(context)).floor();
    return x.mul(scale(whole.add(constant(1)).log(), beta).add(constant(1)));
  }

  @Override
  public NDArray softCap(NDArray x, double cap) {
    NDArray limit = constant(cap);
    return x.div(limit).tanh().mul(limit);
  }

  @Override
  public NDArray activate(NDArray x, Activation activation) {
    return switch (activation) {
      case SILU -> x.mul(sigmoid(x));
      case GELU -> x.getNDArrayInternal().gelu();
      case GELU_TANH -> {
        NDArray cubic = scale(x.mul(x).mul(x), 0.044715);
        NDArray inner = scale(x.add(cubic), Math.sqrt(2 / Math.PI));
        yield scale(x.mul(inner.tanh().add(constant(1))), 0.5);
      }
      case GELU_QUICK -> x.mul(sigmoid(scale(x, 1.702)));
      case RELU -> x.getNDArrayInternal().relu();
      case RELU_SQUARED -> x.getNDArrayInternal().relu().square();
      case SIGMOID -> sigmoid(x);
      case TANH -> x.tanh();
    };
  }

  @Override
  public NDArray xielu(NDArray x, Weight alphaP, Weight alphaN, Weight beta, Weight epsilon) {
    NDArray above = x.square().mul(softplus(weight(alphaP)));
    NDArray slope = weight(beta).add(softplus(weight(alphaN)));
    NDArray bent = x.minimum(weight(epsilon)).exp().sub(constant(1)).sub(x).mul(slope);
    return NDArrays.where(x.gt(constant(0)), above, bent).add(x.mul(weight(beta)));
  }

  /// max(x, 0) + ln(1 + exp(−|x|)), which does not overflow.
  @Override
  public NDArray softplus(NDArray x) {
    return x.getNDArrayInternal().relu().add(x.abs().neg().exp().add(constant(1)).log());
  }

  @Override
  public NDArray exp(NDArray x) {
    return x.exp();
  }

  @Override
  public NDArray parameter(Weight weight) {
    return weight(weight);
  }

  @Override
  public NDArray unitNorm(NDArray x, int groups, int n, double epsilon) {
    NDArray grouped = x.reshape(-1, groups, n);
    NDArray root = grouped.square().mean(new int[]{-1}, true).add(constant(epsilon)).sqrt();
    return grouped.div(root).reshape(-1, (long) groups * n);
  }

  @Override
  public NDArray repeat(NDArray x, int groups, int width, int times) {
    NDArray byGroup = x.reshape(-1, groups, 1, width);
    NDList copies = new NDList();
    for (int i = 0; i < times; i++) {
      copies.add(byGroup);
    }
    return NDArrays.concat(copies, 2).reshape(-1, (long) groups * times * width);
  }

  @Override
  public NDArray convolve(int layer, NDArray x, Weight kernel, Weight bias) {
    long channels = kernel.shape().get(0);
    int before = Math.toIntExact(kernel.shape().get(2)) - 1;
    NDArray whole = NDArrays.concat(new NDList(manager.zeros(new Shape(batch.size(), before, channels)),
        x.reshape(batch.size(), positions, channels)), 1);
    NDArray factors = weight(kernel).reshape(channels, before + 1L).transpose();
    NDArray sum = manager.zeros(new Shape(1, 1, channels));
    for (int j = 0; j <= before; j++) {
      NDArray moved = whole.get(new NDIndex().addAllDim().addSliceDim(j, j + positions));
      sum = sum.add(moved.mul(factors.get(new NDIndex().addSliceDim(j, j + 1))));
    }
    return (bias == null ? sum : sum.add(weight(bias))).reshape(-1, channels);
  }

  /// Position by position. Padding stands behind a sequence's end, where nobody reads the state.
  @Override
  public NDArray recur(int layer, Recurrence sizes, Flow<NDArray> flow) {
    long heads = sizes.heads();
    long n = sizes.keyWidth();
    long v = sizes.valueWidth();
    NDArray queries = flow.queries().reshape(batch.size(), positions, heads, 1, n);
    NDArray keys = flow.keys().reshape(batch.size(), positions, heads, n, 1);
    NDArray values = flow.values().reshape(batch.size(), positions, heads, 1, v);
    NDArray decay = flow.decay().reshape(batch.size(), positions, heads, 1, 1);
    NDArray state = manager.zeros(new Shape(batch.size(), heads, n, v));
    NDList read = new NDList();
    for (int p = 0; p < positions; p++) {
      NDArray key = position(keys, p);
      NDArray value = position(values, p);
      NDArray kept = state.mul(position(decay, p));
      if (flow.rate() != null) {
        NDArray rate = position(flow.rate().reshape(batch.size(), positions, heads, 1, 1), p);
        value = value.sub(key.transpose(0, 1, 3, 2).matMul(kept)).mul(rate);
      }
      state = kept.add(key.mul(value));
      read.add(position(queries, p).matMul(state).reshape(batch.size(), 1, heads * v));
    }
    return NDArrays.concat(read, 1).reshape(-1, heads * v);
  }

  /// (batch, positions, heads, a, b) → (batch, heads, a, b) at one position.
  private static NDArray position(NDArray x, int p) {
    Shape shape = x.getShape();
    return x.get(new NDIndex().addAllDim().addSliceDim(p, p + 1)).reshape(shape.get(0), shape.get(2), shape.get(3),
        shape.get(4));
  }

  @Override
  public NDArray sideBySide(List<NDArray> parts) {
    return NDArrays.concat(new NDList(parts), 1);
  }

  private static NDArray sigmoid(NDArray x) {
    return x.getNDArrayInternal().sigmoid();
  }

  @Override
  public NDArray columns(NDArray x, int groups, int width, int from, int to) {
    if (groups == 1) {
      return lastAxis(x, from, to);
    }
    return lastAxis(x.reshape(-1, groups, width), from, to).reshape(-1, (long) groups * (to - from));
  }

  private static NDArray lastAxis(NDArray x, int from, int to) {
    return x.get(new NDIndex().addAllDim(x.getShape().dimension() - 1).addSliceDim(from, to));
  }

  /// (x₁, x₂) → (x₁ cos − x₂ sin, x₂ cos + x₁ sin), halves of what each head rotates.
  @Override
  public NDArray rope(NDArray x, int heads, int headWidth, Rope rope) {
    Turn turn = turns.computeIfAbsent(rope, this::turn);
    int half = rope.frequencies().length;
    NDArray byHead = x.reshape(-1, heads, headWidth); // (rows, heads, headWidth)
    if (rope.neighbours()) {
      byHead = ordered(byHead, i -> i < half ? 2 * i : i < 2 * half ? 2 * (i - half) + 1 : i);
    }
    NDArray first = lastAxis(byHead, 0, half);
    NDArray second = lastAxis(byHead, half, 2 * half);
    NDList parts = new NDList(first.mul(turn.cosines()).sub(second.mul(turn.sines())),
        second.mul(turn.cosines()).add(first.mul(turn.sines())));
    if (headWidth > 2 * half) {
      parts.add(lastAxis(byHead, 2 * half, headWidth));
    }
    NDArray turned = NDArrays.concat(parts, 2);
    if (rope.neighbours()) {
      turned = ordered(turned, i -> i >= 2 * half ? i : i % 2 == 0 ? i / 2 : half + i / 2);
    }
    return turned.reshape(-1, (long) heads * headWidth);
  }

  /// The coordinates of each head in another order. (Slices of pairs side by side let no gradient through DJL.)
  ///
  /// @param from where the coordinate that comes to place i was
  private NDArray ordered(NDArray byHead, IntUnaryOperator from) {
    long[] places = IntStream.range(0, (int) byHead.getShape().get(2)).map(from).asLongStream().toArray();
    return byHead.transpose(2, 0, 1).get(manager.create(places)).transpose(1, 2, 0);
  }

  /// Turned once, shared by all layers that turn alike.
  private Turn turn(Rope rope) {
    float[] frequencies = rope.frequencies();
    NDArray angles = positionIds.toType(DataType.FLOAT32, false).reshape(-1, 1, 1)
        .mul(manager.create(frequencies, new Shape(1, 1, frequencies.length)));
    return rope.amplitude() == 1
        ? new Turn(angles.cos(), angles.sin())
        : new Turn(scale(angles.cos(), rope.amplitude()), scale(angles.sin(), rope.amplitude()));
  }

  /// softmax(cap(q·kᵀ·scale) + mask)·v. Query heads that share a key head are stacked into one tall matrix.
  @Override
  public NDArray attention(int layer, NDArray queries, NDArray keys, NDArray values, Attention attention) {
    long kv = attention.keyValueHeads();
    long groups = attention.heads() / kv;
    long n = attention.headWidth();
    long b = batch.size();
    long p = positions;
    NDArray q = queries.reshape(b, p, kv, groups, n).transpose(0, 2, 3, 1, 4).reshape(b, kv, groups * p, n);
    NDArray k = keys.reshape(b, p, kv, n).transpose(0, 2, 3, 1); // (batch, kv, n, key)
    NDArray v = values.reshape(b, p, kv, n).transpose(0, 2, 1, 3); // (batch, kv, key, n)
    NDArray products = scale(q, attention.scale()).matMul(k);
    NDArray capped = attention.softCap() == 0 ? products : softCap(products, attention.softCap());
    NDArray scores = capped.reshape(b, kv, groups, p, p).add(mask(attention.window()));
    if (attention.slopes().length > 0) {
      NDArray keyPositions = manager.arange(positions).toType(DataType.FLOAT32, false).reshape(1, 1, 1, 1, p);
      scores = scores.add(manager.create(attention.slopes(), new Shape(1, kv, groups, 1, 1)).mul(keyPositions));
    }
    NDArray shares = (attention.sinks() == null ? scores.softmax(-1) : besideSinks(scores, weight(attention.sinks())))
        .reshape(b, kv, groups * p, p);
    HookPoint pattern = new HookPoint(layer, Site.ATTN_PATTERN);
    if (recorded.contains(pattern)) {
      read.put(pattern, shares);
    }
    return shares.matMul(v).reshape(b, kv, groups, p, n).transpose(0, 3, 1, 2, 4).reshape(-1, attention.heads() * n);
  }

  @Override
  public NDArray route(NDArray logits, Routing routing) {
    NDArray scores = routing.rule() == Routing.Rule.SOFTMAX_OF_ALL ? logits.softmax(-1) : logits;
    ExpertChoice choice = new ExpertChoice(manager, scores, routing.chosen());
    return switch (routing.rule()) {
      case SOFTMAX_OF_ALL -> scores.mul(choice.marked());
      case SOFTMAX_OF_CHOSEN -> logits.add(choice.marked().log()).softmax(-1);
      case SPARSE_MIXER -> {
        NDArray second = sparselyMixed(logits, choice, 1, routing.tolerance());
        yield sparselyMixed(logits, choice, 0, routing.tolerance()).add(second);
      }
    };
  }

  /// The weight of the largest, or second largest, logit m at its place: 1 / Σ exp(s − m) over the logits s near it.
  private NDArray sparselyMixed(NDArray logits, ExpertChoice choice, int rank, double tolerance) {
    NDArray most = logits.gather(choice.numbers(rank), 1);
    NDArray shares = logits.sub(most).exp().mul(choice.near(rank, tolerance));
    return choice.marked(rank).div(shares.sum(new int[]{1}, true));
  }

  @Override
  public NDArray experts(NDArray x, NDArray expertWeights, int count, int chosen, Expert<NDArray> expert) {
    ExpertRows rows = new ExpertRows(expertWeights.toFloatArray(), count);
    NDList made = new NDList();
    for (int e = 0; e < count; e++) {
      long[] own = rows.of(e);
      if (own.length > 0) {
        made.add(expert.of(x.get(manager.create(own)), e));
      } else if (!weights.complete()) {
        expert.of(x.get(manager.create(new long[1])), e); // so that its weights are known
      }
    }
    long d = x.getShape().get(1);
    made.add(manager.zeros(new Shape(1, d)));
    int most = rows.most();
    NDArray byRow = NDArrays.concat(made, 0).get(manager.create(rows.places())).reshape(-1, most, d);
    NDArray factors = expertWeights.gather(manager.create(rows.experts(), new Shape(rows.count(), most)), 1);
    return byRow.mul(factors.reshape(-1, most, 1)).sum(new int[]{1});
  }

  /// Softmax of scores (batch, kv, groups, query, key) and one more of each head, whose share is left out.
  private NDArray besideSinks(NDArray scores, NDArray sinks) {
    Shape shape = scores.getShape();
    NDArray each = sinks.reshape(1, shape.get(1), shape.get(2), 1, 1)
        .add(manager.zeros(new Shape(shape.get(0), shape.get(1), shape.get(2), shape.get(3), 1)));
    return lastAxis(NDArrays.concat(new NDList(scores, each), -1).softmax(-1), 0, (int) shape.get(4));
  }

  /// 0 where a query sees a key, −∞ elsewhere: (query, key).
  private NDArray mask(int window) {
    return masks.computeIfAbsent(window, _ -> {
      float[] mask = new float[Math.multiplyExact(positions, positions)];
      for (int query = 0; query < positions; query++) {
        for (int key = 0; key < positions; key++) {
          boolean seen = key <= query && (window == 0 || query - key < window);
          mask[query * positions + key] = seen ? 0 : Float.NEGATIVE_INFINITY;
        }
      }
      return manager.create(mask, new Shape(positions, positions));
    });
  }

  @Override
  public NDArray hook(HookPoint point, NDArray value, NDArray signal) {
    GateArrays gate = applied.gates().get(point);
    NDArray flowing = gate == null ? value : gated(point, gate, value, signal);
    if (recorded.contains(point)) {
      read.put(point, signals ? signal : flowing);
    }
    return flowing;
  }

  private NDArray gated(HookPoint point, GateArrays gate, NDArray value, NDArray signal) {
    boolean rows = gate.gate().added().isByPosition();
    PositionMask where = gate.gate().positions();
    GatedRows met = batch.gated(gate.gate());
    NDArray real = rows ? selection(met) : selections.computeIfAbsent(where, _ -> selection(met));
    // A gate that acts everywhere may act on padding too: nobody reads it.
    GateArrays.GateOutput gated = gate.apply(value, signal, !rows && where == PositionMask.ALL ? null : real,
        rows ? shift(gate.gate(), met) : null);
    if (applied.trainable()) {
      NDArray counted = real.toType(DataType.FLOAT32, false); // (rows, 1)
      openness.put(point, counted.mul(gated.openness()).sum(new int[]{0}));
    }
    return gated.value();
  }

  /// Real rows that a gate acts on, among those that go on: (rows, 1).
  private NDArray selection(GatedRows met) {
    boolean[] selected = chosen == null ? met.mask() : new boolean[chosen.length];
    for (int i = 0; chosen != null && i < selected.length; i++) {
      selected[i] = met.mask()[Math.toIntExact(chosen[i])];
    }
    return manager.create(selected, new Shape(selected.length, 1));
  }

  /// What a gate adds at each of the rows that go on: (rows, d).
  private NDArray shift(Gate gate, GatedRows met) {
    NDArray all = manager.create(gate.added().over(met.positions()), new Shape(met.positions().length, gate.width()));
    return chosen == null ? all : all.get(manager.create(chosen));
  }

  private NDArray weight(Weight weight) {
    return changed(weight, weights.get(weight));
  }

  private NDArray changed(Weight weight, NDArray frozen) {
    NDArray change = applied.added().get(weight.key());
    return change == null ? frozen : changed.computeIfAbsent(weight.key(), _ -> frozen.add(change));
  }

  private NDArray constant(double value) {
    return manager.create((float) value);
  }
}
