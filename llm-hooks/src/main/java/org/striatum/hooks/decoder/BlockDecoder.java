package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;
import static org.striatum.probe.model.HookPoint.FINAL_NORM;
import static org.striatum.probe.model.HookPoint.LOGITS;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.BlockPlan.HeadNorm;
import org.striatum.hooks.decoder.BlockPlan.Order;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// The decoder that a [BlockPlan] describes.
final class BlockDecoder implements Decoder {
  private final BlockPlan plan;
  private final DecoderShape shape;
  private final String root;
  private final Weight head;
  private final ExpertFiles experts; // null where there is no mixture

  /// @param gate of what attention gives, or null
  private record Projections<T>(T queries, T keys, T values, T gate) {
    Projections(T queries, T keys, T values) {
      this(queries, keys, values, null);
    }
  }

  BlockDecoder(BlockPlan plan, DecoderShape shape) throws CheckpointException {
    this.plan = plan;
    this.shape = shape;
    this.root = plan.checkpoint.root(plan.rootPrefix, plan.embedding + ".weight");
    this.experts = plan.mixture == null ? null : files(plan.mixture);
    this.head = plan.checkpoint.head(plan.tied, embedding(), plan.head + ".weight");
  }

  /// Where the experts' weights are: judged by the first expert of the first mixture.
  private ExpertFiles files(BlockPlan.Mixture mixture) throws CheckpointException {
    int layer = Collections.min(mixture.layers());
    String packed = path(layer, ExpertFiles.GPT_OSS.gate() + "_blocks");
    if (plan.checkpoint.has(packed)) {
      throw new CheckpointException("the experts of " + plan.checkpoint.folder() + " are MXFP4 ('" + packed
          + "'), which is not read: open a copy in BF16 (in transformers: from_pretrained with Mxfp4Config(dequantize=True),"
          + " then save_pretrained)");
    }
    ExpertFiles found = mixture.files().stream()
        .filter(known -> plan.checkpoint.has(path(layer, known.router() + ".weight"))
            && plan.checkpoint.shape(path(layer, known.gate().formatted(0))).filter(
                stored -> stored.equals(known.shapeOfGate(mixture.experts(), mixture.width(), plan.width))).isPresent())
        .findFirst().orElse(mixture.files().getFirst());
    if (found.form() == ExpertFiles.Form.TRANSPOSED && 2 * mixture.width() == plan.width) {
      throw plan.config.unsupported("moe_intermediate_size",
          "other than half of hidden_size, where a file does not say which way its matrices lie");
    }
    return found;
  }

  @Override
  public DecoderShape shape() {
    return shape;
  }

  @Override
  public <T> T embed(Tensors<T> t) {
    T x = t.embed(embedding());
    if (plan.embeddingWidth != 0) {
      x = t.linear(x, Weight.of(root + "project_in.weight", shape.width(), plan.embeddingWidth), null);
    }
    if (plan.embeddingScale != 1) {
      x = t.scale(x, plan.embeddingScale);
    }
    if (plan.positions != null) {
      long rows = (long) shape.context() + plan.positionOffset;
      Weight table = Weight.of(root + plan.positions + ".weight", rows, shape.width());
      x = t.add(x, t.embedPositions(table, plan.positionOffset));
    }
    if (plan.embeddingNorm != null) {
      x = norm(t, x, root + plan.embeddingNorm);
    }
    return t.hook(EMBED, x);
  }

  @Override
  public <T> T block(Tensors<T> t, int layer, T x) {
    x = t.hook(new HookPoint(layer, Site.RESID_PRE), x);
    HookPoint attentionOut = new HookPoint(layer, Site.ATTN_OUT);
    HookPoint mlpOut = new HookPoint(layer, Site.MLP_OUT);
    if (plan.order == Order.PARALLEL) {
      T normed = blockNorm(t, x, layer, plan.beforeAttention);
      T forMlp = plan.beforeMlp.equals(plan.beforeAttention) ? normed : blockNorm(t, x, layer, plan.beforeMlp);
      T both = t.add(x, t.hook(attentionOut, t.scale(attention(t, layer, normed), plan.residualScale)));
      both = t.add(both, t.hook(mlpOut, t.scale(mlp(t, layer, forMlp), plan.residualScale)));
      return t.hook(HookPoint.residPost(layer), both);
    }
    T attended = mixed(t, layer, before(t, x, layer, plan.beforeAttention));
    x = t.add(x, t.hook(attentionOut, added(t, x, attended, layer, plan.afterAttention)));
    x = t.hook(new HookPoint(layer, Site.RESID_MID), x);
    T mapped = mlp(t, layer, before(t, x, layer, plan.beforeMlp));
    x = t.add(x, t.hook(mlpOut, rescaled(t, x, added(t, x, mapped, layer, plan.afterMlp), layer)));
    return t.hook(HookPoint.residPost(layer), x);
  }

  /// What is added so that the sum is scaled, where blocks are.
  private <T> T rescaled(Tensors<T> t, T x, T added, int layer) {
    if (plan.blockScale == null) {
      return added;
    }
    T scaled = t.multiply(t.add(x, added), t.parameter(Weight.of(path(layer, plan.blockScale), 1)));
    return t.add(scaled, t.scale(x, -1));
  }

  private <T> T before(Tensors<T> t, T x, int layer, String name) {
    return name == null ? x : blockNorm(t, x, layer, name);
  }

  /// What a part of the block adds to the stream x, given its output y. Where the norm is of the sum, that is the
  /// difference which the norm makes.
  private <T> T added(Tensors<T> t, T x, T y, int layer, String norm) {
    if (plan.order == Order.NORM_LAST) {
      return t.add(blockNorm(t, t.add(x, y), layer, norm), t.scale(x, -1));
    }
    return t.scale(norm == null ? y : blockNorm(t, y, layer, norm), plan.residualScale);
  }

  /// Attention, a recurrence in its place, or both side by side.
  private <T> T mixed(Tensors<T> t, int layer, T x) {
    if (!plan.recurrent.layers().contains(layer)) {
      return attention(t, layer, x);
    }
    T recurred = plan.mixer.mix(t, layer, x, shape.width(), name -> path(layer, name));
    return shape.attends(layer) ? t.add(recurred, attention(t, layer, x)) : recurred;
  }

  private <T> T attention(Tensors<T> t, int layer, T x) {
    int n = shape.headWidth();
    Projections<T> p = projections(t, layer, t.scale(x, plan.attentionInScale));
    Attention attention = plan.attention.get(layer);
    if (plan.sinks != null) {
      attention = attention.withSinks(Weight.of(path(layer, plan.sinks), shape.heads()));
    }
    Rope rope = plan.ropes == null ? null : plan.ropes.get(layer);
    T q = heads(t, layer, p.queries(), shape.heads(), true, rope);
    T k = heads(t, layer, t.scale(p.keys(), plan.keyScale), shape.keyValueHeads(), false, rope);
    if (plan.queryGrowth != null) {
      q = t.growByPosition(q, plan.queryGrowth.beta(), plan.queryGrowth.context());
    }
    T values = plan.valueNorm
        ? t.unitNorm(p.values(), shape.keyValueHeads(), n, plan.norm.epsilon())
        : p.values();
    T mixed = t.attention(layer, q, k, values, attention);
    if (p.gate() != null) {
      mixed = t.multiply(mixed, t.activate(p.gate(), Activation.SIGMOID));
    }
    mixed = t.hook(new HookPoint(layer, Site.HEAD_OUT), mixed);
    return t.scale(
        linear(t, mixed, layer, plan.attentionOut, shape.heads() * n, shape.width(), plan.attentionOutBias),
        plan.attentionOutScale);
  }

  /// Queries or keys, normed and rotated.
  private <T> T heads(Tensors<T> t, int layer, T x, int heads, boolean queries, Rope rope) {
    HeadNorm norm = plan.headNorm;
    if (norm != null && !norm.rotatedFirst()) {
      x = headNorm(t, layer, x, heads, norm.kind(), queries ? norm.query() : norm.key());
    }
    x = plan.clipAfterNorm ? clipped(t, x) : x;
    x = rope == null ? x : t.rope(x, heads, shape.headWidth(), rope);
    return norm != null && norm.rotatedFirst()
        ? headNorm(t, layer, x, heads, norm.kind(), queries ? norm.query() : norm.key())
        : x;
  }

  private <T> T headNorm(Tensors<T> t, int layer, T x, int heads, HeadNorm.Kind kind, String name) {
    int n = shape.headWidth();
    double epsilon = plan.norm.epsilon();
    String stored = path(layer, name);
    return switch (kind) {
      case RMS_OF_HEADS -> t.rmsNorm(x, heads, Weight.of(stored + ".weight", n), plan.norm.offset(), epsilon);
      case RMS_OF_ALL -> t.rmsNorm(x, 1, Weight.of(stored + ".weight", (long) heads * n), plan.norm.offset(), epsilon);
      case LAYER_OF_HEADS -> t.layerNorm(x, new LayerNorm(heads, n, Weight.of(stored + ".weight", n),
          Weight.of(stored + ".bias", n), 0, epsilon));
      case LAYER_BY_ROW -> t.layerNorm(x, new LayerNorm(heads, n, Weight.of(stored + ".weight", heads, n), null, 0,
          epsilon));
      case LAYER_BY_HEAD -> {
        List<T> normed = new ArrayList<>();
        for (int h = 0; h < heads; h++) {
          Weight own = Weight.of(stored + ".norms." + h + ".weight", n);
          normed.add(t.layerNorm(t.columns(x, 1, heads * n, h * n, (h + 1) * n),
              new LayerNorm(1, n, own, null, 0, epsilon)));
        }
        yield t.sideBySide(normed);
      }
    };
  }

  private <T> Projections<T> projections(Tensors<T> t, int layer, T x) {
    int d = shape.width();
    int n = shape.headWidth();
    int kv = shape.keyValueHeads();
    int q = shape.heads() * n;
    int k = kv * n;
    boolean biased = plan.queryBias;
    if (plan.fusion == BlockPlan.Fusion.SEPARATE) {
      T queries = linear(t, x, layer, plan.queries, d, plan.outputGate ? 2 * q : q, biased);
      T keys = linear(t, x, layer, plan.keys, d, k, biased);
      if (plan.outputGate) {
        return new Projections<>(t.columns(queries, shape.heads(), 2 * n, 0, n), keys,
            linear(t, x, layer, plan.values, d, k, biased), t.columns(queries, shape.heads(), 2 * n, n, 2 * n));
      }
      return new Projections<>(plan.clipAfterNorm ? queries : clipped(t, queries),
          plan.clipAfterNorm ? keys : clipped(t, keys), clipped(t, linear(t, x, layer, plan.values, d, k, biased)));
    }
    int all = q + 2 * k;
    T fused = clipped(t, linear(t, x, layer, plan.queries, d, all, biased));
    return switch (plan.fusion) {
      case SEPARATE -> throw new IllegalStateException("three projections are not one");
      case STACKED -> new Projections<>(t.columns(fused, 1, all, 0, q), t.columns(fused, 1, all, q, q + k),
          t.columns(fused, 1, all, q + k, all));
      case BY_KEY_HEAD -> {
        int own = q / kv; // coordinates of the queries of one key head
        int group = own + 2 * n;
        yield new Projections<>(t.columns(fused, kv, group, 0, own), t.columns(fused, kv, group, own, own + n),
            t.columns(fused, kv, group, own + n, group));
      }
      case IN_QUARTERS -> {
        int quarter = all / 4;
        int own = q / 4;
        yield new Projections<>(t.columns(fused, 4, quarter, 0, own),
            t.columns(fused, 4, quarter, 2 * own, quarter), t.columns(fused, 4, quarter, own, 2 * own));
      }
    };
  }

  private <T> T clipped(Tensors<T> t, T x) {
    return plan.clip == 0 ? x : t.clip(x, -plan.clip, plan.clip);
  }

  private <T> T mlp(Tensors<T> t, int layer, T x) {
    return plan.mixture != null && plan.mixture.layers().contains(layer) ? mixture(t, layer, x) : dense(t, layer, x);
  }

  private <T> T mixture(Tensors<T> t, int layer, T x) {
    BlockPlan.Mixture mixture = plan.mixture;
    int count = mixture.experts();
    boolean biased = experts.form() == ExpertFiles.Form.ALTERNATING;
    T logits = linear(t, x, layer, experts.router(), shape.width(), count, biased, false);
    logits = t.hook(new HookPoint(layer, Site.ROUTER_LOGITS), logits);
    T weights = t.hook(new HookPoint(layer, Site.EXPERT_WEIGHTS), t.route(logits, mixture.routing()));
    T mixed = t.experts(x, weights, count, mixture.routing().chosen(), (rows, e) -> expert(t, layer, rows, e));
    return plan.shared == null ? mixed : t.add(mixed, sharedExpert(t, layer, x));
  }

  private <T> T sharedExpert(Tensors<T> t, int layer, T x) {
    BlockPlan.SharedExpert shared = plan.shared;
    int d = shape.width();
    int n = shared.width();
    if (shared.fused()) {
      T both = linear(t, x, layer, shared.name() + ".input_linear", d, 2 * n, false);
      T open = t.activate(t.columns(both, 1, 2 * n, 0, n), plan.activation);
      return linear(t, t.multiply(open, t.columns(both, 1, 2 * n, n, 2 * n)), layer, shared.name() + ".output_linear",
          n,
          d, false);
    }
    T gate = linear(t, x, layer, shared.name() + ".gate_proj", d, n, false);
    T neurons = t.multiply(t.activate(gate, plan.activation),
        linear(t, x, layer, shared.name() + ".up_proj", d, n, false));
    T made = linear(t, neurons, layer, shared.name() + ".down_proj", n, d, false);
    return shared.gate() == null
        ? made
        : t.multiply(t.activate(linear(t, x, layer, shared.gate(), d, 1, false), Activation.SIGMOID), made);
  }

  private <T> T expert(Tensors<T> t, int layer, T x, int e) {
    int d = shape.width();
    int n = plan.mixture.width();
    int count = plan.mixture.experts();
    String gateName = path(layer, experts.gate().formatted(e));
    String downName = path(layer, experts.down().formatted(e));
    return switch (experts.form()) {
      case EACH -> {
        T gate = t.linear(x, Weight.of(gateName, n, d), null);
        T up = t.linear(x, Weight.of(path(layer, experts.up().formatted(e)), n, d), null);
        yield t.linear(t.multiply(t.activate(gate, plan.activation), up), Weight.of(downName, d, n), null);
      }
      case STACKED -> {
        T both = t.linear(x, Weight.part(gateName, e, count, 2L * n, d), null);
        T gate = t.activate(t.columns(both, 1, 2 * n, 0, n), plan.activation);
        yield t.linear(t.multiply(gate, t.columns(both, 1, 2 * n, n, 2 * n)), Weight.part(downName, e, count, d, n),
            null);
      }
      case TRANSPOSED -> {
        T both = t.conv1d(x, Weight.part(gateName, e, count, d, 2L * n), null);
        T gate = t.activate(t.columns(both, 1, 2 * n, 0, n), plan.activation);
        yield t.conv1d(t.multiply(gate, t.columns(both, 1, 2 * n, n, 2 * n)), Weight.part(downName, e, count, n, d),
            null);
      }
      case ALTERNATING -> {
        T both = t.conv1d(x, Weight.part(gateName, e, count, d, 2L * n),
            Weight.part(gateName + "_bias", e, count, 2L * n));
        yield t.conv1d(clamped(t, both, n), Weight.part(downName, e, count, n, d),
            Weight.part(downName + "_bias", e, count, d));
      }
    };
  }

  /// (up + 1) ⊙ g σ(1.702 g), the gate g ≤ 7, up in [−7, 7]; gate and up alternate.
  private static <T> T clamped(Tensors<T> t, T both, int n) {
    T gate = t.activate(t.clip(t.columns(both, n, 2, 0, 1), Double.NEGATIVE_INFINITY, 7), Activation.GELU_QUICK);
    return t.add(gate, t.multiply(gate, t.clip(t.columns(both, n, 2, 1, 2), -7, 7)));
  }

  private <T> T dense(Tensors<T> t, int layer, T x) {
    int d = shape.width();
    int n = plan.mlpWidth;
    T neurons;
    T signal;
    if (plan.gateAndUp != null) {
      T fused = linear(t, x, layer, plan.gateAndUp, d, 2 * n, plan.mlpBias);
      signal = t.columns(fused, 1, 2 * n, 0, n);
      neurons = t.multiply(activate(t, layer, signal), t.columns(fused, 1, 2 * n, n, 2 * n));
    } else if (plan.gated) {
      signal = t.scale(linear(t, x, layer, plan.gate, d, n, plan.mlpBias), plan.gateScale);
      neurons = t.multiply(activate(t, layer, signal), linear(t, x, layer, plan.up, d, n, plan.mlpBias));
    } else {
      signal = linear(t, x, layer, plan.up, d, n, plan.mlpBias);
      neurons = activate(t, layer, signal);
    }
    return t.scale(linear(t, t.hook(HookPoint.mlpPost(layer), neurons, signal), layer, plan.down, n, d, plan.downBias),
        plan.downScale);
  }

  private <T> T activate(Tensors<T> t, int layer, T x) {
    if (plan.learnedActivation == null) {
      return t.activate(x, plan.activation);
    }
    String stored = path(layer, plan.learnedActivation);
    return t.xielu(x, Weight.of(stored + ".alpha_p", 1), Weight.of(stored + ".alpha_n", 1),
        Weight.of(stored + ".beta"), Weight.of(stored + ".eps"));
  }

  @Override
  public <T> T head(Tensors<T> t, T x) {
    T normed = t.hook(FINAL_NORM, plan.finalNorm == null ? x : norm(t, x, root + plan.finalNorm));
    if (plan.embeddingWidth != 0) {
      normed = t.linear(normed, Weight.of(root + "project_out.weight", plan.embeddingWidth, shape.width()), null);
    }
    Weight bias = plan.headBias ? Weight.of(biasOf(head), shape.vocabulary()) : null;
    T logits = t.scale(t.linear(normed, head, bias), plan.logitScale);
    return t.hook(LOGITS, plan.logitCap == 0 ? logits : t.softCap(logits, plan.logitCap));
  }

  /// The head's bias lies beside its weight, also where the weight is the embedding's.
  private String biasOf(Weight headWeight) {
    return headWeight.equals(embedding())
        ? plan.head + ".bias"
        : headWeight.name().replaceFirst("weight$", "bias");
  }

  private <T> T blockNorm(Tensors<T> t, T x, int layer, String name) {
    return norm(t, x, path(layer, name));
  }

  private <T> T norm(Tensors<T> t, T x, String name) {
    int d = shape.width();
    BlockPlan.Norm norm = plan.norm;
    Weight weight = Weight.of(name + ".weight", d);
    return switch (norm.kind()) {
      case RMS -> t.rmsNorm(x, 1, weight, norm.offset(), norm.epsilon());
      case LAYER -> t.layerNorm(x,
          new LayerNorm(1, d, weight, Weight.of(name + ".bias", d), norm.offset(), norm.epsilon()));
      case LAYER_WITHOUT_BIAS -> t.layerNorm(x, new LayerNorm(1, d, weight, null, norm.offset(), norm.epsilon()));
      case LAYER_PLAIN -> t.layerNorm(x, new LayerNorm(1, d, null, null, 0, norm.epsilon()));
    };
  }

  private <T> T linear(Tensors<T> t, T x, int layer, String name, int in, int out, boolean biased) {
    return linear(t, x, layer, name, in, out, biased, plan.transposed);
  }

  private <T> T linear(Tensors<T> t, T x, int layer, String name, int in, int out, boolean biased,
      boolean transposed) {
    String projection = path(layer, name);
    Weight bias = biased ? Weight.of(projection + ".bias", out) : null;
    return transposed
        ? t.conv1d(x, Weight.of(projection + ".weight", in, out), bias)
        : t.linear(x, Weight.of(projection + ".weight", out, in), bias);
  }

  private String path(int layer, String name) {
    return root + plan.blocks + layer + "." + name;
  }

  private Weight embedding() {
    return Weight.of(root + plan.embedding + ".weight", shape.vocabulary(),
        plan.embeddingWidth == 0 ? shape.width() : plan.embeddingWidth);
  }
}
