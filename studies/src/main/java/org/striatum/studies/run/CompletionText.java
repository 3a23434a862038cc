package org.striatum.studies.run;

import java.util.List;
import java.util.stream.Stream;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.text.TokenPieces;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.Sampling;

/// What generated tokens read, as graders and readers see it.
///
/// @param markers whether special tokens are written out, because markers of thinking are among them
record CompletionText(Tokenizer tokenizer, PromptFormat format, boolean markers) {
  static CompletionText of(Tokenizer tokenizer, PromptFormat format) {
    boolean special = Stream.of(format.thinking().open(), format.thinking().close())
        .anyMatch(marker -> isSpecial(tokenizer, marker));
    return new CompletionText(tokenizer, format, special);
  }

  /// Whether decoding leaves a marker out.
  private static boolean isSpecial(Tokenizer tokenizer, String marker) {
    return tokenizer.added().containsKey(marker)
        && tokenizer.decode(new int[]{tokenizer.added().get(marker)}).isEmpty();
  }

  /// The text up to the first stop.
  ///
  /// @param tokens behind the prompt
  String of(String dataset, int[] tokens) {
    return Sampling.cut(whole(tokens), format.stops(dataset));
  }

  /// The text that each token adds, what stands behind a stop included.
  ///
  /// @param tokens behind the prompt
  List<String> pieces(int[] tokens) {
    return TokenPieces.of(this::whole, tokens);
  }

  private String whole(int[] tokens) {
    return markers ? tokenizer.decodeContinuationWhole(tokens) : tokenizer.decodeContinuation(tokens);
  }
}
