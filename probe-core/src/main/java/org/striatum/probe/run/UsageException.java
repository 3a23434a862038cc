package org.striatum.probe.run;

/// What a user named is not there or does not fit: a run folder, a hook point, a neuron set, a problem set. The message
/// states the rule and what was found, and names no option of a command: a caller from Java has none.
///
/// Everything else that is refused with an [IllegalArgumentException] is a mistake in the calling code.
public class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
