package org.striatum.probe.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The gates of one run of the model, by hook point. Immutable.
public record Gates(SortedMap<HookPoint, Gate> at) {
  private static final Gates NONE = new Gates(new TreeMap<>());

  public Gates {
    at = Collections.unmodifiableSortedMap(new TreeMap<>(at));
  }

  /// No gate at all: the model as it is.
  public static Gates none() {
    return NONE;
  }

  public static Gates of(HookPoint hook, Gate gate) {
    return new Gates(new TreeMap<>(Map.of(hook, gate)));
  }
}
