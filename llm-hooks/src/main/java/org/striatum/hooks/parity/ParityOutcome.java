package org.striatum.hooks.parity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/// What came of a check.
public enum ParityOutcome {
  PASSED, FAILED, NOT_CHECKED;

  /// Reads the printed form.
  ///
  /// @throws IllegalArgumentException if it is none
  @JsonCreator
  public static ParityOutcome parse(String printed) {
    return Arrays.stream(values()).filter(outcome -> outcome.toString().equals(printed)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "the outcome of a check must be one of " + Arrays.toString(values()) + ", found '" + printed + "'"));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
