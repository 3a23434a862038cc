package org.striatum.hooks.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// The text that each token adds to those before it. A character whose bytes are spread over several tokens belongs to the
/// last of them.
public final class TokenPieces {
  private static final char INCOMPLETE = '\uFFFD';

  private TokenPieces() {}

  /// One piece per token; joined they are the text of all tokens. Special tokens have no text.
  public static List<String> of(Tokenizer tokenizer, int[] tokens) {
    return of(tokenizer::decodeContinuation, tokens);
  }

  /// One piece per token; joined they are the text of all tokens.
  ///
  /// @param decoded what tokens of a completion read
  public static List<String> of(Function<int[], String> decoded, int[] tokens) {
    String text = decoded.apply(tokens);
    List<String> alone = Arrays.stream(tokens).mapToObj(token -> decoded.apply(new int[]{token})).toList();
    if (String.join("", alone).equals(text)) {
      return alone;
    }
    // Tokens that read otherwise in company (a leading space, part of a character): grow the text token by token.
    List<String> pieces = new ArrayList<>();
    int told = 0;
    for (int t = 1; t <= tokens.length; t++) {
      String prefix = t == tokens.length ? text : decoded.apply(Arrays.copyOf(tokens, t));
      boolean whole = t == tokens.length
          || (!prefix.isEmpty() && prefix.charAt(prefix.length() - 1) != INCOMPLETE && text.startsWith(prefix));
      int end = whole ? Math.max(told, prefix.length()) : told;
      pieces.add(text.substring(told, end));
      told = end;
    }
    return pieces;
  }
}
