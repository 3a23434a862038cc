package org.striatum.probe.dopamine;

/// A text that may be looked at so often and no more. A regular expression can take a time that grows exponentially with the length
/// of a text; counted looks end it after the same work on every machine.
final class CountedText implements CharSequence {
  /// Looks for each character, on average.
  static final int MOST = 500;
  /// Looks that any text has.
  private static final long LEAST = 1_000_000;

  private final String text;
  private long left;

  CountedText(String text) {
    this.text = text;
    this.left = LEAST + (long) MOST * text.length();
  }

  /// That all looks are used up.
  static final class ExceededException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExceededException() {
      super("a text was looked at too often", null, false, false);
    }
  }

  @Override
  public char charAt(int index) {
    if (left-- == 0) {
      throw new ExceededException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.substring(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
