package org.striatum.studies.run;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.hooks.text.TokenPieces;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.model.Sampling;

/// What generated tokens read, as graders and readers see it.
///
/// @param markers whether special tokens are written out, because markers of thinking consist of them
public record CompletionText(Tokenizer tokenizer, PromptFormat format, boolean markers) {
  static CompletionText of(Tokenizer tokenizer, PromptFormat format) {
    boolean special = Stream.of(format.thinking().open(), format.thinking().close())
        .anyMatch(marker -> tokenizer.added().entrySet().stream().anyMatch(added -> marker.contains(added.getKey())
            && tokenizer.decode(new int[]{added.getValue()}).isEmpty()));
    return new CompletionText(tokenizer, format, special);
  }

  /// The text up to the first stop.
  ///
  /// @param tokens behind the prompt
  public String of(String dataset, int[] tokens) {
    return Sampling.cut(whole(tokens), format.stops(dataset));
  }

  /// The text that each token adds, what stands behind a stop included.
  ///
  /// @param tokens behind the prompt
  public List<String> pieces(int[] tokens) {
    return TokenPieces.of(this::whole, tokens);
  }

  /// What cuts completions into steps.
  ///
  /// @param step see [StepCutter#named]
  public StepCutter cutter(String step) {
    return StepCutter.named(step, format.thinking().close());
  }

  /// Place of the token in which the closing marker of the thought ends; empty if no thought closed.
  ///
  /// @param tokens behind the prompt
  public OptionalInt thinkEnd(String dataset, int[] tokens) {
    OptionalInt end = format.reading(dataset).thoughtEnd(whole(tokens));
    if (end.isEmpty()) {
      return end;
    }
    List<String> pieces = pieces(tokens);
    int read = 0;
    for (int t = 0; t < tokens.length; t++) {
      read += pieces.get(t).length();
      if (read >= end.getAsInt()) {
        return OptionalInt.of(t);
      }
    }
    return OptionalInt.empty();
  }

  private String whole(int[] tokens) {
    return markers ? tokenizer.decodeContinuationWhole(tokens) : tokenizer.decodeContinuation(tokens);
  }
}
