package org.striatum.probe.model;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;

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

  /// The same gates at exactly these hook points, open wherever there is none.
  ///
  /// @param width of a hook point
  /// @throws IllegalArgumentException on a gate elsewhere, or of another width than its hook point
  public Gates over(Set<HookPoint> hooks, ToIntFunction<HookPoint> width) {
    SortedMap<HookPoint, Gate> all = new TreeMap<>(at);
    all.forEach((hook, gate) -> {
      if (!hooks.contains(hook) || gate.width() != width.applyAsInt(hook)) {
        throw new IllegalArgumentException(
            "gates may stand at " + hooks + " with a hook point's own width, found one of "
                + gate.width() + " coordinates at " + hook);
      }
    });
    hooks.forEach(hook -> all.computeIfAbsent(hook, _ -> Gate.identity(width.applyAsInt(hook))));
    return new Gates(all);
  }
}
