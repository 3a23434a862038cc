package org.striatum.hooks.engine;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/// Looks for stop strings in what is generated, token by token.
///
/// @param stops none of them empty
/// @param text what tokens read
record StopStrings(List<String> stops, Function<int[], String> text) {
  /// A character may be spread over four tokens, its bytes.
  private static final int TOKENS_PER_CHARACTER = 4;
  /// So that the first tokens of a window, which may read otherwise alone, are not those of a stop.
  private static final int SLACK = 4;

  /// Where a completion ends because a stop string has appeared with its last token.
  ///
  /// @param tokens that hold the completion
  /// @param from the completion's first
  /// @param to behind its last
  /// @return behind the token in which the stop begins; empty while there is none
  OptionalInt end(int[] tokens, int from, int to) {
    int longest = stops.stream().mapToInt(String::length).max().orElse(0);
    if (longest == 0 || to <= from) {
      return OptionalInt.empty();
    }
    int window = Math.max(from, to - TOKENS_PER_CHARACTER * longest - SLACK);
    String tail = read(tokens, window, to);
    int begin = first(tail);
    if (begin < 0) {
      return OptionalInt.empty();
    }
    int end = to;
    while (end > window + 1 && read(tokens, window, end - 1).length() > begin) {
      end--;
    }
    return OptionalInt.of(end);
  }

  private int first(String read) {
    return stops.stream().mapToInt(read::indexOf).filter(place -> place >= 0).min().orElse(-1);
  }

  private String read(int[] tokens, int from, int to) {
    return text.apply(Arrays.copyOfRange(tokens, from, to));
  }
}
