package org.striatum.hooks.parity;

import org.striatum.probe.run.Printed;

/// What must hold of every model, whatever it computes; [ParityGate] says how each is checked.
public enum ParityIdentity implements Printed {
  FINITE_STATES("finite states"), HEAD("head"), BLOCK_SUMS("block sums"), PADDING("padding"), IDENTITY_GATES(
      "identity gates");

  private final String printed;

  ParityIdentity(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  @Override
  public String toString() {
    return printed;
  }
}
