package org.striatum.hooks.text;

import java.util.List;
import java.util.stream.Collectors;

/// Which special tokens a tokenizer puts around a text, and which file says so.
///
/// @param before in front of a text
/// @param after behind it; left out where something follows the text
/// @param source what decides
/// @param remarks where the files contradict each other, or versions of the reference implementation differ
public record SpecialTokenPolicy(List<SpecialToken> before, List<SpecialToken> after, Source source,
    List<String> remarks) {

  public SpecialTokenPolicy {
    before = List.copyOf(before);
    after = List.copyOf(after);
    remarks = List.copyOf(remarks);
  }

  /// A token with its text.
  public record SpecialToken(int id, String content) {
    @Override
    public String toString() {
      return content + " (" + id + ")";
    }
  }

  /// A file of the checkpoint and the field in it.
  public record Source(String file, String field) {
    @Override
    public String toString() {
      return file + ", " + field;
    }
  }

  int[] idsBefore() {
    return before.stream().mapToInt(SpecialToken::id).toArray();
  }

  /// In words: `<s> (1) before a text, nothing after it`.
  @Override
  public String toString() {
    return named(before) + " before a text, " + named(after) + " after it";
  }

  private static String named(List<SpecialToken> tokens) {
    return tokens.isEmpty()
        ? "nothing"
        : tokens.stream().map(SpecialToken::toString).collect(Collectors.joining(" "));
  }
}
