package org.striatum.reports.run;

import java.util.List;
import org.striatum.reports.page.Notation;

/// What a reader must know about the checkpoint of a run.
///
/// @param name as given to the run
/// @param modelType the family, as the checkpoint's configuration names it
/// @param layers blocks
/// @param width coordinates of the residual stream, d
/// @param heads attention heads (query heads if keys are shared)
/// @param vocabulary rows of the embedding
/// @param parameters total number, tied ones counted once
/// @param dtype of the stored weights, e.g. `BF16`
/// @param files the files read, with the checksum of each
/// @param tokenizerPolicy how prompts are tokenized, in words: BOS, padding, chat template
public record CheckpointFacts(String name, String modelType, int layers, int width, int heads, int vocabulary,
    long parameters, String dtype, List<FileHash> files, String tokenizerPolicy) {
  public CheckpointFacts {
    if (layers < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a checkpoint must have layers and width ≥ 1, found " + layers + " layers of width " + width);
    }
    files = List.copyOf(files);
  }

  /// In one line.
  public String printed() {
    return "%s: %s, %s layers × %s, %s parameters, %s.".formatted(name, modelType, Notation.count(layers),
        Notation.count(width), Notation.count(parameters), dtype);
  }

  /// A file of the checkpoint and its SHA-256, hexadecimal.
  public record FileHash(String file, String sha256) {}
}
