package org.striatum.reports.run;

import java.util.List;

/// What a reader must know about the checkpoint a run looked at.
///
/// @param name as the run was asked for it
/// @param modelType the family, as the checkpoint's configuration names it
/// @param layers blocks
/// @param width coordinates of the residual stream, d
/// @param heads attention heads (query heads where keys are shared)
/// @param vocabulary rows of the embedding
/// @param parameters all of them, tied ones once
/// @param dtype of the stored weights, e.g. `BF16`
/// @param files what was read, with the hash of each
/// @param tokenizerPolicy how prompts become tokens, in words: BOS, padding, chat template
public record CheckpointFacts(String name, String modelType, int layers, int width, int heads, int vocabulary,
    long parameters, String dtype, List<FileHash> files, String tokenizerPolicy) {
  public CheckpointFacts {
    if (layers < 1 || width < 1) {
      throw new IllegalArgumentException(
          "a checkpoint must have layers and width ≥ 1, found " + layers + " layers of width " + width);
    }
    files = List.copyOf(files);
  }

  /// A file of the checkpoint and its SHA-256, hexadecimal.
  public record FileHash(String file, String sha256) {}
}
