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
import org.striatum.hooks.decoder.Rope;
import org.striatum.hooks.decoder.Tensors;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.probe.model.Gate;
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
    return rows(tokens, table);
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
    return withLowRank(product, x, weight);
  }

  @Override
  public NDArray conv1d(NDArray x, Weight weight, Weight bias) {
    NDArray product = x.matMul(changed(weight, weights.matrix(weight, 0)));
    return withLowRank(bias == null ? product : product.add(weight(bias)), x, weight);
  }

  private NDArray withLowRank(NDArray product, NDArray x, Weight weight) {
    AppliedChanges.Factors factors = applied.lowRank().get(weight.name());
    if (factors == null) {
      return product;
    }
    NDArray inner = Linear.linear(x, factors.down()).singletonOrThrow(); // (rows, r)
    return product.add(Linear.linear(inner, factors.up()).singletonOrThrow().mul(factors.scale()));
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
  public NDArray clip(NDArray x, double limit) {
    return x.minimum(constant(limit)).maximum(constant(-limit));
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

  private NDArray softplus(NDArray x) {
    return x.exp().add(constant(1)).log();
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
    NDArray shares = scores.softmax(-1).reshape(b, kv, groups * p, p);
    HookPoint pattern = new HookPoint(layer, Site.ATTN_PATTERN);
    if (recorded.contains(pattern)) {
      read.put(pattern, shares);
    }
    return shares.matMul(v).reshape(b, kv, groups, p, n).transpose(0, 3, 1, 2, 4).reshape(-1, attention.heads() * n);
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
    NDArray change = applied.added().get(weight.name());
    return change == null ? frozen : changed.computeIfAbsent(weight.name(), _ -> frozen.add(change));
  }

  private NDArray constant(double value) {
    return manager.create((float) value);
  }
}
