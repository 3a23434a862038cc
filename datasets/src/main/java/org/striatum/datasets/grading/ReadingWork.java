package org.striatum.datasets.grading;

import java.util.function.Supplier;

/// What a grader may do for one text, in characters that are looked through. It is a figure of the text alone: a clock would make
/// grades depend on the machine.
final class ReadingWork {
  /// Characters of a text that is read.
  static final int LONGEST = 200_000;
  /// Characters looked through: ten times the longest text. Where a text goes on with further questions, what stands before each is
  /// read again.
  static final long MOST = 2_000_000;

  private static final ScopedValue<ReadingWork> CURRENT = ScopedValue.newInstance();

  private long left = MOST;

  private ReadingWork() {}

  /// That a text takes more.
  static final class ExceededException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExceededException() {
      super("more than %d characters to be looked through".formatted(MOST), null, false, false);
    }
  }

  /// Reads one text.
  ///
  /// @throws ExceededException if it takes more than [#MOST]
  static <T> T within(Supplier<T> reading) {
    return ScopedValue.where(CURRENT, new ReadingWork()).call(reading::get);
  }

  /// Counts characters that will be looked through.
  static void spend(int characters) {
    if (CURRENT.isBound()) {
      ReadingWork work = CURRENT.get();
      work.left -= characters;
      if (work.left < 0) {
        throw new ExceededException();
      }
    }
  }
}
