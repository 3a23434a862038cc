package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// The sizes of a decoder.
///
/// @param layers blocks
/// @param width coordinates of the residual stream, d
/// @param mlpWidth MLP neurons of a block
/// @param attention sizes of attention
/// @param vocabulary rows of the embedding
/// @param reach how long a sequence can be
/// @param parallel whether attention and MLP read the same stream, so that there is none between them
public record DecoderShape(int layers, int width, int mlpWidth, Heads attention, int vocabulary, Reach reach,
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

  /// How long a sequence can be.
  ///
  /// @param context positions the model was built for
  /// @param longest positions a sequence can have at most: `context` where positions are a table, else no limit
  public record Reach(int context, int longest) {}

  public int heads() {
    return attention.queries();
  }

  public int keyValueHeads() {
    return attention.keyValues();
  }

  public int headWidth() {
    return attention.width();
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
    return new DecoderShape(layers, width, mlpWidth, attention, vocabulary, new Reach(reach.context(), longest),
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
    boolean absent = point.site() == Site.ATTN_PATTERN || parallel && point.site() == Site.RESID_MID;
    return point.layer() < layers && !absent;
  }

  /// Coordinates of a hook point.
  public int width(HookPoint point) {
    return switch (point.site()) {
      case MLP_POST -> mlpWidth;
      case HEAD_OUT -> heads() * headWidth();
      case ATTN_PATTERN -> throw new IllegalArgumentException("an attention pattern is no rows of a width");
      case LOGITS -> vocabulary;
      case EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST, FINAL_NORM -> width;
    };
  }
}
