package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// The sizes of a decoder.
///
/// @param layers blocks
/// @param width coordinates of the residual stream, d
/// @param mlps sizes of the MLPs
/// @param attention sizes of attention
/// @param recurrent layers with a state
/// @param vocabulary rows of the embedding
/// @param reach how long a sequence can be
/// @param parallel whether attention and MLP read the same stream, so that there is none between them
public record DecoderShape(int layers, int width, Mlps mlps, Heads attention, Recurrent recurrent, int vocabulary,
    Reach reach,
    boolean parallel) {
  /// Sizes of attention.
  ///
  /// @param queries query heads
  /// @param keyValues key and value heads
  /// @param width coordinates of a head
  /// @param positionInKeys whether keys carry their position as one more coordinate
  public record Heads(int queries, int keyValues, int width, boolean positionInKeys) {
    public Heads(int queries, int keyValues, int width) {
      this(queries, keyValues, width, false);
    }
  }

  /// Layers that carry a state from token to token.
  ///
  /// @param sizes of their state; null where there is none
  /// @param layers that have one
  /// @param withoutAttention those of them that have no attention beside it
  public record Recurrent(Recurrence sizes, Set<Integer> layers, Set<Integer> withoutAttention) {
    /// No such layers.
    static final Recurrent NONE = new Recurrent(null, Set.of(), Set.of());

    public Recurrent {
      layers = Set.copyOf(layers);
      withoutAttention = Set.copyOf(withoutAttention);
      if (layers.isEmpty() != (sizes == null) || !layers.containsAll(withoutAttention)) {
        throw new IllegalArgumentException("a state belongs to layers, found " + sizes + " and " + layers);
      }
    }
  }

  /// Sizes of the MLPs.
  ///
  /// @param width neurons of an MLP that is no mixture of experts; 0 where every one is
  /// @param mixtures blocks whose MLP is a mixture
  /// @param experts of each mixture
  /// @param active neurons of a mixture that one token meets
  public record Mlps(int width, Set<Integer> mixtures, int experts, int active) {
    public Mlps {
      mixtures = Set.copyOf(mixtures);
    }

    /// The same MLP in every block.
    public static Mlps dense(int width) {
      return new Mlps(width, Set.of(), 0, 0);
    }
  }

  /// How long a sequence can be.
  ///
  /// @param context positions the model was built for
  /// @param longest positions a sequence can have at most: `context` where positions are a table, else no limit
  public record Reach(int context, int longest) {}

  /// MLP neurons of a block that one token meets.
  public int mlpWidth() {
    return Math.max(mlps.width(), mlps.active());
  }

  public int heads() {
    return attention.queries();
  }

  public int keyValueHeads() {
    return attention.keyValues();
  }

  public int headWidth() {
    return attention.width();
  }

  /// Whether a block has keys and values.
  public boolean attends(int layer) {
    return !recurrent.withoutAttention().contains(layer);
  }

  /// Coordinates of a key as attention sees it.
  public int keyWidth() {
    return attention.positionInKeys() ? headWidth() + 1 : headWidth();
  }

  public int context() {
    return reach.context();
  }

  public int longest() {
    return reach.longest();
  }

  /// The same with another limit on sequences.
  DecoderShape withLongest(int longest) {
    return new DecoderShape(layers, width, mlps, attention, recurrent, vocabulary, new Reach(reach.context(), longest),
        parallel);
  }

  /// Every place that can be recorded and gated, in the order of the computation.
  public List<HookPoint> hookPoints() {
    List<HookPoint> all = new ArrayList<>();
    for (Site site : Site.values()) {
      if (site.inBlock()) {
        IntStream.range(0, layers).mapToObj(layer -> new HookPoint(layer, site)).filter(this::has).forEach(all::add);
      } else {
        all.add(new HookPoint(HookPoint.NO_LAYER, site));
      }
    }
    all.sort(null);
    return all;
  }

  /// Whether the decoder has this hook point among those.
  public boolean has(HookPoint point) {
    boolean mixture = mlps.mixtures().contains(point.layer());
    return point.layer() < layers && switch (point.site()) {
      case RESID_MID -> !parallel;
      case ATTN_PATTERN -> false;
      case HEAD_OUT -> attends(point.layer());
      case ROUTER_LOGITS, EXPERT_WEIGHTS -> mixture;
      case MLP_POST -> !mixture;
      default -> true;
    };
  }

  /// Coordinates of a hook point.
  public int width(HookPoint point) {
    return switch (point.site()) {
      case MLP_POST -> mlps.width();
      case HEAD_OUT -> heads() * headWidth();
      case ATTN_PATTERN -> throw new IllegalArgumentException("an attention pattern is no rows of a width");
      case ROUTER_LOGITS, EXPERT_WEIGHTS -> mlps.experts();
      case LOGITS -> vocabulary;
      case EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST, FINAL_NORM -> width;
    };
  }
}
