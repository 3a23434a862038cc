package org.striatum.hooks.checkpoint;

/// Carries a refusal out through a decoder's description, whose methods declare no checked exception. Whoever interprets
/// a description catches it and throws the refusal.
public final class UnusableWeightException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final CheckpointException refusal;

  /// What is asked of a checkpoint.
  public interface Asked<T> {
    T of() throws CheckpointException;
  }

  /// Asks, and carries a refusal out.
  public static <T> T asked(Asked<T> asked) {
    try {
      return asked.of();
    } catch (CheckpointException refusal) {
      throw new UnusableWeightException(refusal);
    }
  }

  public UnusableWeightException(CheckpointException refusal) {
    super(refusal);
    this.refusal = refusal;
  }

  public CheckpointException refusal() {
    return refusal;
  }
}
