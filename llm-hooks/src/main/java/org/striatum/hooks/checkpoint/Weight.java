package org.striatum.hooks.checkpoint;

import java.util.Arrays;
import java.util.List;

/// A tensor a decoder needs: its name in the checkpoint and the shape its config implies.
public record Weight(String name, List<Long> shape) {
  public Weight {
    shape = List.copyOf(shape);
  }

  public static Weight of(String name, long... shape) {
    return new Weight(name, Arrays.stream(shape).boxed().toList());
  }
}
