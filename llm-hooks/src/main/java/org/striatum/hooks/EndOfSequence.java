package org.striatum.hooks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Tokens that end a completion, and the file that names them.
record EndOfSequence(List<Integer> ids, String file) {
  private static final String FIELD = "eos_token_id";
  private static final String GENERATION = "generation_config.json";

  EndOfSequence {
    ids = List.copyOf(ids);
  }

  /// `generation_config.json` decides where there is one, as in the reference implementation; else `config.json`.
  static EndOfSequence read(Path folder, Optional<ModelConfig> config) throws CheckpointException {
    Path generation = folder.resolve(GENERATION);
    if (Files.isRegularFile(generation)) {
      ModelConfig ofGeneration = ModelConfig.read(generation);
      if (ofGeneration.has(FIELD)) {
        return new EndOfSequence(ofGeneration.tokenIds(FIELD), GENERATION);
      }
    }
    return new EndOfSequence(config.isPresent() ? config.get().tokenIds(FIELD) : List.of(), "config.json");
  }

  @Override
  public String toString() {
    return ids.isEmpty() ? "none: no file names one" : ids + ", by " + file + ", " + FIELD;
  }
}
