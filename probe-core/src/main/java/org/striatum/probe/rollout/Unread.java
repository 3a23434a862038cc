package org.striatum.probe.rollout;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.striatum.probe.run.Printed;

/// Why a grader gave up on a completion: it is beyond what is read. That says nothing about its answer; its reward is 0.
public enum Unread implements Printed {
  /// What is graded has more characters than are read.
  TOO_LONG("too-long"),
  /// To look for its answer takes more than a grader may do for one text.
  TOO_MUCH_WORK("too-much-work");

  private final String printed;

  Unread(String printed) {
    this.printed = printed;
  }

  /// The reason of a printed name.
  ///
  /// @throws IllegalArgumentException if there is none, listing the names
  @JsonCreator
  public static Unread named(String name) {
    return Printed.named(Unread.class, "a reason not to read", name);
  }

  @Override
  public String printed() {
    return printed;
  }
}
