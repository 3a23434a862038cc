package org.striatum.hooks.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

  /// Where a completion ends.
  ///
  /// @param tokens that are kept, up to that in which the stop begins
  /// @param ofStop characters of their text that are the stop's
  record End(int tokens, int ofStop) {}

  /// Where a completion ends because a stop string has appeared with its last token.
  ///
  /// @param tokens that hold the completion
  /// @param from the completion's first
  /// @param to behind its last
  /// @param least tokens that are kept in any case
  /// @return empty while there is none
  Optional<End> end(int[] tokens, int from, int to, int least) {
    int longest = stops.stream().mapToInt(String::length).max().orElse(0);
    if (longest == 0 || to <= from) {
      return Optional.empty();
    }
    int window = Math.max(from, to - TOKENS_PER_CHARACTER * longest - SLACK);
    String tail = read(tokens, window, to);
    int begin = first(tail);
    if (begin < 0) {
      return Optional.empty();
    }
    int end = to;
    while (end > Math.max(window + 1, least) && read(tokens, window, end - 1).length() > begin) {
      end--;
    }
    return Optional.of(new End(end, read(tokens, window, end).length() - begin));
  }

  private int first(String read) {
    return stops.stream().mapToInt(read::indexOf).filter(place -> place >= 0).min().orElse(-1);
  }

  private String read(int[] tokens, int from, int to) {
    return text.apply(Arrays.copyOfRange(tokens, from, to));
  }
}
