package org.striatum.probe.model;

import java.util.List;
import java.util.SortedSet;

/// A model whose parts can be run by themselves, for its computation is known part by part.
public interface DescribedModel extends GatedModel {
  /// The logit lens: head(norm(r)) of rows of the residual stream, by the model's own final norm and head. At the last layer
  /// these are the model's logits. (nostalgebraist, "interpreting GPT: the logit lens", 2020.)
  ///
  /// @param rows (n, d), row-major, n ≥ 1
  /// @return (n, vocabulary), row-major
  /// @throws IllegalArgumentException if they are no whole rows
  float[] lens(float[] rows);

  /// Attention patterns of one sequence, softmax made explicit: (heads, query, key) of each layer, in order. They are computed
  /// in a run made for them, beside the attention that goes on.
  ///
  /// @throws IllegalArgumentException as [#record]; also on an absent layer, or where the patterns are too large to be held
  List<AttentionPattern> attention(TokenSequence sequence, SortedSet<Integer> layers, Gates gates);
}
