package org.striatum.hooks.torch;

import org.striatum.hooks.checkpoint.LowRankPath;
import org.striatum.probe.tensor.TensorFile;

/// A low-rank change of one matrix product: y = x·Wᵀ + b + scale · (x·downᵀ)·upᵀ. (LoRA: arXiv 2106.09685, §4.1, where
/// scale = α / r, `down` is A and `up` is B.) Also the gradient of such a change.
///
/// @param rank r
/// @param down (r, in)
/// @param up (out, r), whatever the layout of W
/// @param scale a constant, not learned
public record LowRank(int rank, float[] down, float[] up, double scale) {
  public LowRank {
    if (rank < 1 || down.length == 0 || up.length == 0 || down.length % rank != 0 || up.length % rank != 0) {
      throw new IllegalArgumentException("a low-rank change needs a rank ≥ 1 that divides both factors, found rank "
          + rank + " with " + down.length + " and " + up.length + " elements");
    }
    down = down.clone();
    up = up.clone();
  }

  /// A path of an adapter, copied.
  static LowRank of(TensorFile file, LowRankPath path) {
    return new LowRank(Math.toIntExact(path.rank()), file.floats(path.down().name()), file.floats(path.up().name()),
        path.scale());
  }

  /// Inputs of the product it changes.
  public int inputs() {
    return down.length / rank;
  }

  /// Outputs of the product it changes.
  public int outputs() {
    return up.length / rank;
  }
}
