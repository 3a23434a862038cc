package org.striatum.hooks.engine;

import java.util.Collection;
import java.util.Set;
import java.util.function.Function;
import org.striatum.probe.run.UsageException;

/// What a model's completions end with, beside the greatest length.
///
/// @param tokens end-of-sequence tokens
/// @param text what generated tokens read, for stop strings
public record CompletionEnd(Set<Integer> tokens, Function<int[], String> text) {
  public CompletionEnd {
    tokens = Set.copyOf(tokens);
  }

  /// End-of-sequence tokens of a model without a tokenizer: stop strings are refused.
  public static CompletionEnd at(Collection<Integer> tokens) {
    return new CompletionEnd(Set.copyOf(tokens), _ -> {
      throw new UsageException("stop strings need a tokenizer, and the model was opened without one");
    });
  }

  /// The same with what tokens read.
  public CompletionEnd reading(Function<int[], String> text) {
    return new CompletionEnd(tokens, text);
  }
}
