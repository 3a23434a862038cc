package org.striatum.probe.model;

import java.util.List;

/// How completions are drawn. Temperature 0 is greedy decoding.
///
/// @param temperature ≥ 0; logits are divided by it
/// @param topP nucleus mass in (0, 1]
/// @param topK keep this many tokens; 0 keeps all
/// @param maxNewTokens upper bound on generated tokens, ≥ 1
/// @param stopAtEos whether an end-of-sequence token ends a completion
/// @param stops strings that end a completion; it keeps the token in which one begins, and its text ends before
/// @param stopTokens tokens that end a completion as an end-of-sequence token does, such as the end of a turn
public record Sampling(double temperature, double topP, int topK, int maxNewTokens, boolean stopAtEos,
    List<String> stops, List<Integer> stopTokens) {
  private static final int LONGEST_STOP = 1000;

  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be ≥ 0 and finite, found " + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p must be in (0, 1], found " + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top-k must be ≥ 0 (0: all tokens), found " + topK);
    }
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max new tokens must be ≥ 1, found " + maxNewTokens);
    }
    stops = List.copyOf(stops);
    stopTokens = List.copyOf(stopTokens);
    for (String stop : stops) {
      if (stop.isEmpty() || stop.length() > LONGEST_STOP) {
        throw new IllegalArgumentException(
            "a stop string must have 1 to " + LONGEST_STOP + " characters, found " + stop.length());
      }
    }
  }

  /// Without stop strings.
  public Sampling(double temperature, double topP, int topK, int maxNewTokens, boolean stopAtEos) {
    this(temperature, topP, topK, maxNewTokens, stopAtEos, List.of(), List.of());
  }

  public Sampling withMaxNewTokens(int most) {
    return new Sampling(temperature, topP, topK, most, stopAtEos, stops, stopTokens);
  }

  public Sampling withStops(List<String> others) {
    return new Sampling(temperature, topP, topK, maxNewTokens, stopAtEos, others, stopTokens);
  }

  public Sampling withStopTokens(List<Integer> others) {
    return new Sampling(temperature, topP, topK, maxNewTokens, stopAtEos, stops, others);
  }

  /// A completion's text up to its first stop string.
  public String cut(String text) {
    return cut(text, stops);
  }

  /// A text up to the first of several others; the whole text if it holds none of them.
  public static String cut(String text, List<String> stops) {
    int end = stops.stream().mapToInt(text::indexOf).filter(place -> place >= 0).min().orElse(text.length());
    return text.substring(0, end);
  }

  /// The same ends, each token the likeliest.
  public Sampling greedily() {
    return new Sampling(0, 1, 0, maxNewTokens, stopAtEos, stops, stopTokens);
  }

  public static Sampling greedy(int maxNewTokens) {
    return new Sampling(0, 1, 0, maxNewTokens, true);
  }
}
