package org.striatum.probe.uses;

import java.util.List;
import org.striatum.probe.model.TokenSequence;

/// How promising a text looks after its last step. Higher is better; only candidates of one prefix are compared.
@FunctionalInterface
public interface StepScore {
  /// Scores of candidates: (candidates). Must not depend on which others are beside it.
  ///
  /// @param candidates each the prefix before the step as its prompt, then the step
  double[] of(List<TokenSequence> candidates);
}
