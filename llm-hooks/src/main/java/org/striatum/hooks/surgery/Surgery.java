package org.striatum.hooks.surgery;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;

/// What a copy of the graph must do; nothing else is left in it.
///
/// @param from hook point on the stream at which values are fed in instead of computed; empty to begin at the tokens
/// @param recorded hook points that are outputs
/// @param gated hook points that carry a gate, its vectors graph inputs
/// @param tail what is asked of the head
/// @param cache what happens to keys and values
record Surgery(Optional<HookPoint> from, Set<HookPoint> recorded, Set<HookPoint> gated, Tail tail, CacheUse cache) {
  enum CacheUse {
    /// Empty at first, dropped at the end.
    NONE,
    /// Empty at first, given out.
    FILL,
    /// Fed in and given out.
    READ
  }

  enum Tail {
    /// The graph ends at what is recorded.
    NONE,
    /// Logits of all positions.
    LOGITS,
    /// Log-probability of `targets` at the rows listed in `rows`.
    SCORES
  }

  Surgery {
    recorded = Set.copyOf(recorded);
    gated = Set.copyOf(gated);
  }

  static Surgery recording(Set<HookPoint> recorded, Set<HookPoint> gated) {
    return new Surgery(Optional.empty(), recorded, gated, Tail.NONE, CacheUse.NONE);
  }

  /// Hook points the graph must have.
  List<HookPoint> touched() {
    return Stream.of(recorded.stream(), gated.stream(), from.stream()).flatMap(points -> points)
        .distinct().sorted().toList();
  }
}
