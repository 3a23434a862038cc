package org.striatum.probe.value;

import java.util.List;
import org.striatum.probe.rollout.Ending;

/// Trajectories held in memory.
record ListedTrajectories(int width, List<Trajectory> list) implements Trajectories {
  /// @param states (length, width) row-major
  record Trajectory(String problem, float[] states, double reward, int promptLength, Ending ending) {
    Trajectory(String problem, float[] states, double reward, int promptLength) {
      this(problem, states, reward, promptLength, Ending.UNKNOWN);
    }
  }

  @Override
  public Ending ending(int i) {
    return list.get(i).ending();
  }

  @Override
  public int size() {
    return list.size();
  }

  @Override
  public int length(int i) {
    return list.get(i).states().length / width;
  }

  @Override
  public void states(int i, float[] into, int offset) {
    float[] states = list.get(i).states();
    System.arraycopy(states, 0, into, offset, states.length);
  }

  @Override
  public double reward(int i) {
    return list.get(i).reward();
  }

  @Override
  public String problem(int i) {
    return list.get(i).problem();
  }

  @Override
  public int promptLength(int i) {
    return list.get(i).promptLength();
  }
}
