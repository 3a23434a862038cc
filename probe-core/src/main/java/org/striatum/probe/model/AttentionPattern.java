package org.striatum.probe.model;

/// How one layer's attention shares its weight over one sequence.
///
/// @param layer the block
/// @param heads query heads
/// @param positions of the sequence
/// @param shares of each key in each query, 0 where it is not seen: (heads, query, key), row-major. A query's shares add up to
/// one, less what a sink takes
public record AttentionPattern(int layer, int heads, int positions, float[] shares) {
  public AttentionPattern {
    if (shares.length != (long) heads * positions * positions) {
      throw new IllegalArgumentException("a pattern of " + heads + " heads over " + positions + " positions has as many"
          + " shares as its product says, found " + shares.length);
    }
  }

  /// The share of position `key` in what head `head` gives at position `query`.
  public float share(int head, int query, int key) {
    return shares[(head * positions + query) * positions + key];
  }
}
