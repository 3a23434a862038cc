package org.striatum.hooks.parity;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/// What must hold of every model, whatever it computes; [ParityGate] says how each is checked.
public enum ParityIdentity {
  FINITE_STATES("finite states"), HEAD("head"), BLOCK_SUMS("block sums"), PADDING("padding"), IDENTITY_GATES(
      "identity gates");

  private final String printed;

  ParityIdentity(String printed) {
    this.printed = printed;
  }

  /// Reads the printed form.
  ///
  /// @throws IllegalArgumentException if it is none
  @JsonCreator
  public static ParityIdentity parse(String printed) {
    return Arrays.stream(values()).filter(identity -> identity.printed.equals(printed)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "an identity must be one of " + Arrays.toString(values()) + ", found '" + printed + "'"));
  }

  @JsonValue
  public String printed() {
    return printed;
  }

  @Override
  public String toString() {
    return printed;
  }
}
