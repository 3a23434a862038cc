package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Weight;

/// Shape of one attention layer.
///
/// @param heads query heads
/// @param keyValueHeads key and value heads, a divisor of `heads`
/// @param headWidth coordinates of a head
/// @param scale what scores are multiplied by
/// @param window how many positions back a query sees, itself included; 0 for all
/// @param softCap scaled scores s become softCap · tanh(s / softCap) before the mask; 0 for none
/// @param slopes of each head, or empty: slope · position of the key is added to scaled scores (ALiBi, arXiv 2108.12409;
/// adding a constant to all scores of a query changes no share)
/// @param sinks a score of each head that takes a share of every query's attention and has no value, or null
public record Attention(int heads, int keyValueHeads, int headWidth, double scale, int window, double softCap,
    float[] slopes, Weight sinks) {
  public Attention {
    if (heads < 1 || keyValueHeads < 1 || heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          "key-value heads must divide heads, found " + heads + " heads and " + keyValueHeads + " key-value heads");
    }
    if (headWidth < 1 || !(scale > 0) || window < 0 || !(softCap >= 0)) {
      throw new IllegalArgumentException("head width must be ≥ 1, scale > 0, window and soft cap ≥ 0, found "
          + headWidth + ", " + scale + ", " + window + " and " + softCap);
    }
    if (slopes.length != 0 && (slopes.length != heads || softCap != 0)) {
      throw new IllegalArgumentException(
          "slopes are one a head (" + heads + ") and go with no soft cap, found " + slopes.length);
    }
    slopes = slopes.clone();
  }

  /// Attention without sinks.
  public Attention(int heads, int keyValueHeads, int headWidth, double scale, int window, double softCap,
      float[] slopes) {
    this(heads, keyValueHeads, headWidth, scale, window, softCap, slopes, null);
  }

  /// The same with a sink in each head.
  Attention withSinks(Weight scores) {
    return new Attention(heads, keyValueHeads, headWidth, scale, window, softCap, slopes, scores);
  }

  /// Attention without slopes.
  public Attention(int heads, int keyValueHeads, int headWidth, double scale, int window, double softCap) {
    this(heads, keyValueHeads, headWidth, scale, window, softCap, new float[0]);
  }
}
