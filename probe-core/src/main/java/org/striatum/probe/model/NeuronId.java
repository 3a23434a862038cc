package org.striatum.probe.model;

/// One coordinate of one hook point, printed `blocks.3.hook_resid_post[17]`. A neuron of the reward subsystem is a
/// residual-stream coordinate.
public record NeuronId(HookPoint hook, int coordinate) implements Comparable<NeuronId> {
  public NeuronId {
    if (coordinate < 0) {
      throw new IllegalArgumentException("a neuron's coordinate must be ≥ 0, found " + coordinate);
    }
  }

  @Override
  public int compareTo(NeuronId other) {
    int byHook = hook.compareTo(other.hook);
    return byHook != 0 ? byHook : Integer.compare(coordinate, other.coordinate);
  }

  @Override
  public String toString() {
    return hook + "[" + coordinate + "]";
  }
}
