package org.striatum.probe.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One coordinate of one hook point, printed `blocks.3.hook_resid_post[17]`. A neuron of the reward subsystem is a
/// residual-stream coordinate.
public record NeuronId(HookPoint hook, int coordinate) implements Comparable<NeuronId> {
  private static final Pattern PRINTED = Pattern.compile("(\\S+?)\\[(\\d{1,9})]");

  public NeuronId {
    if (coordinate < 0) {
      throw new IllegalArgumentException("a neuron's coordinate must be ≥ 0, found " + coordinate);
    }
  }

  /// Reads the printed form.
  ///
  /// @throws IllegalArgumentException if the text is no neuron
  public static NeuronId parse(String text) {
    Matcher matcher = PRINTED.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a neuron is written blocks.3.hook_resid_post[17], found another text");
    }
    return new NeuronId(HookPoint.parse(matcher.group(1)), Integer.parseInt(matcher.group(2)));
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
