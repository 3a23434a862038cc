package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;
import static org.striatum.probe.model.HookPoint.FINAL_NORM;
import static org.striatum.probe.model.HookPoint.LOGITS;

import java.util.ArrayList;
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

  private record Projections<T>(T queries, T keys, T values) {}

  BlockDecoder(BlockPlan plan, DecoderShape shape) throws CheckpointException {
    this.plan = plan;
    this.shape = shape;
    this.root = plan.checkpoint.root(plan.rootPrefix, plan.embedding + ".weight");
    this.head = plan.checkpoint.head(plan.tied, embedding(), plan.head + ".weight");
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
    T attended = attention(t, layer, before(t, x, layer, plan.beforeAttention));
    x = t.add(x, t.hook(attentionOut, added(t, x, attended, layer, plan.afterAttention)));
    x = t.hook(new HookPoint(layer, Site.RESID_MID), x);
    T mapped = mlp(t, layer, before(t, x, layer, plan.beforeMlp));
    x = t.add(x, t.hook(mlpOut, added(t, x, mapped, layer, plan.afterMlp)));
    return t.hook(HookPoint.residPost(layer), x);
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

  private <T> T attention(Tensors<T> t, int layer, T x) {
    int n = shape.headWidth();
    Projections<T> p = projections(t, layer, x);
    Attention attention = plan.attention.get(layer);
    Rope rope = plan.ropes == null ? null : plan.ropes.get(layer);
    T q = heads(t, layer, p.queries(), shape.heads(), true, rope);
    T k = heads(t, layer, p.keys(), shape.keyValueHeads(), false, rope);
    if (plan.queryGrowth != null) {
      q = t.growByPosition(q, plan.queryGrowth.beta(), plan.queryGrowth.context());
    }
    T mixed = t.hook(new HookPoint(layer, Site.HEAD_OUT), t.attention(layer, q, k, p.values(), attention));
    return linear(t, mixed, layer, plan.attentionOut, shape.heads() * n, shape.width(), plan.attentionOutBias);
  }

  /// Queries or keys, normed and rotated.
  private <T> T heads(Tensors<T> t, int layer, T x, int heads, boolean queries, Rope rope) {
    HeadNorm norm = plan.headNorm;
    if (norm != null && !norm.rotatedFirst()) {
      x = headNorm(t, layer, x, heads, norm.kind(), queries ? norm.query() : norm.key());
    }
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
      return new Projections<>(clipped(t, linear(t, x, layer, plan.queries, d, q, biased)),
          clipped(t, linear(t, x, layer, plan.keys, d, k, biased)),
          clipped(t, linear(t, x, layer, plan.values, d, k, biased)));
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
    return plan.clip == 0 ? x : t.clip(x, plan.clip);
  }

  private <T> T mlp(Tensors<T> t, int layer, T x) {
    int d = shape.width();
    int n = shape.mlpWidth();
    T neurons;
    T signal;
    if (plan.gateAndUp != null) {
      T fused = linear(t, x, layer, plan.gateAndUp, d, 2 * n, plan.mlpBias);
      signal = t.columns(fused, 1, 2 * n, 0, n);
      neurons = t.multiply(activate(t, layer, signal), t.columns(fused, 1, 2 * n, n, 2 * n));
    } else if (plan.gated) {
      signal = linear(t, x, layer, plan.gate, d, n, plan.mlpBias);
      neurons = t.multiply(activate(t, layer, signal), linear(t, x, layer, plan.up, d, n, plan.mlpBias));
    } else {
      signal = linear(t, x, layer, plan.up, d, n, plan.mlpBias);
      neurons = activate(t, layer, signal);
    }
    return linear(t, t.hook(HookPoint.mlpPost(layer), neurons, signal), layer, plan.down, n, d, plan.downBias);
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
    String projection = path(layer, name);
    Weight bias = biased ? Weight.of(projection + ".bias", out) : null;
    return plan.transposed
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
