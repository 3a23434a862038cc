package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Which layers see a window of positions and which see all.
final class LayerTypes {
  private LayerTypes() {}

  /// The sliding window of each layer, 0 for none, by `layer_types`.
  ///
  /// @param window of a sliding layer; 0 if there is none to slide
  /// @param otherwise whether a layer slides where the configuration lists no types
  static List<Integer> windows(BlockPlan plan, int window, List<Boolean> otherwise) throws CheckpointException {
    Optional<List<String>> types = plan.config.texts("layer_types");
    if (types.isPresent() && types.get().size() != plan.layers) {
      throw plan.config.unsupported("layer_types", "one entry a layer (" + plan.layers + ")");
    }
    List<Integer> windows = new ArrayList<>();
    for (int layer = 0; layer < plan.layers; layer++) {
      boolean slides = otherwise.get(layer);
      if (types.isPresent()) {
        slides = switch (types.get().get(layer)) {
          case "full_attention" -> false;
          case "sliding_attention" -> true;
          default -> throw plan.config.unsupported("layer_types", "full_attention, sliding_attention");
        };
      }
      if (slides && window == 0) {
        throw plan.config.unsupported("sliding_window", "an integer ≥ 1 where layers slide");
      }
      windows.add(slides ? window : 0);
    }
    return windows;
  }
}
