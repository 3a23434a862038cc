package org.striatum.hooks.decoder;

import java.util.Optional;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// How many positions a configuration says that its model is for.
public final class StatedContext {
  /// Where it does not say.
  public static final int NONE = Integer.MAX_VALUE;

  private StatedContext() {}

  /// `max_position_embeddings`, or what a scaled rotation reaches where that is more: `linear` and `dynamic` count from it, `yarn`
  /// from the context before scaling; for `llama3` and `longrope` it is the scaled context already.
  ///
  /// @throws CheckpointException if a value is none
  public static int of(ModelConfig config) throws CheckpointException {
    if (!config.has("max_position_embeddings")) {
      return NONE;
    }
    int stated = config.size("max_position_embeddings");
    Optional<ModelConfig> part = scaling(config);
    if (part.isEmpty() || !part.get().has("factor")) {
      return stated;
    }
    ModelConfig scaling = part.get();
    double from = switch (scaling.text("rope_type", scaling.text("type", "default"))) {
      case "linear", "dynamic" -> stated;
      case "yarn" -> scaling.size("original_max_position_embeddings",
          config.size("original_max_position_embeddings", stated));
      default -> 0;
    };
    return (int) Math.max(stated, from * scaling.positive("factor")); // beyond all integers is the largest
  }

  private static Optional<ModelConfig> scaling(ModelConfig config) throws CheckpointException {
    for (String key : new String[]{"rope_scaling", "rope_parameters"}) {
      if (config.isObject(key)) {
        ModelConfig part = config.part(key).orElseThrow();
        return part.isObject("full_attention") ? part.part("full_attention") : Optional.of(part);
      }
    }
    return Optional.empty();
  }
}
