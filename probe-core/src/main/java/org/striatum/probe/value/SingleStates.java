package org.striatum.probe.value;

/// States without an order, kept in memory: trajectories of one state, each with a number of its own to be told from it. They have been
/// split already, so no problem is named.
///
/// @param rows (states, width) row-major
/// @param targets (states) in place of rewards, of any size
/// @param width coordinates of a state
public record SingleStates(float[] rows, double[] targets, int width) implements Trajectories {
  /// Checks the sizes.
  ///
  /// @throws IllegalArgumentException if there is not a target for each row
  public SingleStates {
    if (rows.length != (long) targets.length * width) {
      throw new IllegalArgumentException("%d states of width %d have %d values, found %d".formatted(targets.length,
          width, (long) targets.length * width, rows.length));
    }
  }

  @Override
  public int size() {
    return targets.length;
  }

  @Override
  public int length(int i) {
    return 1;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    System.arraycopy(rows, i * width, into, offset, width);
  }

  @Override
  public double reward(int i) {
    return targets[i];
  }

  @Override
  public String problem(int i) {
    return "";
  }

  @Override
  public int promptLength(int i) {
    return 1;
  }
}
