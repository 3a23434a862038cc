package org.striatum.hooks.onnx;

import java.util.Set;
import org.striatum.probe.model.HookPoint;

/// What a generated graph must do; nothing else is put into it.
///
/// @param from the layer whose residual stream (`blocks.from.hook_resid_post`) is fed in; −1 to begin at the tokens
/// @param recorded hook points that are outputs
/// @param gated hook points that carry a gate, its vectors graph inputs
/// @param head which rows reach the head and what is asked of them
/// @param cached whether keys and values are kept between runs, for generation
record GraphSpec(int from, Set<HookPoint> recorded, Set<HookPoint> gated, Head head, boolean cached) {
  enum Head {
    /// No head: the graph ends at the last recorded hook point.
    NONE,
    /// Logits of every row.
    ALL,
    /// Logits of the rows listed in the input `rows`.
    SELECTED,
    /// Log-probability of `targets` at the rows listed in `rows`.
    SCORED
  }

  GraphSpec {
    recorded = Set.copyOf(recorded);
    gated = Set.copyOf(gated);
  }
}
