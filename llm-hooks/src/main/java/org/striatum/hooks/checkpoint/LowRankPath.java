package org.striatum.hooks.checkpoint;

import org.striatum.probe.tensor.TensorInfo;

/// What a LoRA adapter adds to one product or table: scale · (x·downᵀ)·upᵀ. (arXiv 2106.09685, §4.1, where `down` is A and
/// `up` is B.) Both matrices lie in the adapter's file.
///
/// @param kind what is changed
/// @param down (rank, in), its name in the adapter's file
/// @param up (out, rank), its name in the adapter's file
/// @param scale α / r, or α / √r
public record LowRankPath(Kind kind, TensorInfo down, TensorInfo up, double scale) {
  /// What a path runs beside.
  public enum Kind {
    /// A product with a matrix.
    PRODUCT,
    /// A table that rows are looked up in; in is the vocabulary.
    TABLE
  }

  public long rank() {
    return down.shape().getFirst();
  }

  public long inputs() {
    return down.shape().get(1);
  }

  public long outputs() {
    return up.shape().getFirst();
  }
}
