package org.striatum.probe.run;

/// Too little data for a figure: a result of a study, not an error. The mathematics throws it where it refuses; the study
/// that asked catches it by this name, in one place, and reports it as a note. Everything else that goes wrong inside a
/// study is a bug and must surface.
public final class NotEnoughData extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String purpose;
  private final String what;
  private final long found;
  private final long needed;

  /// @param purpose what cannot be done, e.g. `cross-fitting in 5 folds`
  /// @param what is counted, in the plural, e.g. `problems`
  /// @param found how many there are
  /// @param needed how many would do
  public NotEnoughData(String purpose, String what, long found, long needed) {
    super("%s needs %s: at least %d, found %d".formatted(purpose, what, needed, found));
    this.purpose = purpose;
    this.what = what;
    this.found = found;
    this.needed = needed;
  }

  /// Refuses fewer than are needed.
  ///
  /// @throws NotEnoughData if `found < needed`
  public static void require(String purpose, String what, long found, long needed) {
    if (found < needed) {
      throw new NotEnoughData(purpose, what, found, needed);
    }
  }

  /// Refuses outcomes of one class.
  ///
  /// @param what is counted, e.g. `rollouts`
  /// @throws NotEnoughData unless some are right and some are wrong
  public static void requireBothOutcomes(String purpose, String what, long right, long all) {
    require(purpose, "right " + what + " among its " + all, right, 1);
    require(purpose, "wrong " + what + " among its " + all, all - right, 1);
  }

  public String purpose() {
    return purpose;
  }

  public String what() {
    return what;
  }

  public long found() {
    return found;
  }

  public long needed() {
    return needed;
  }
}
