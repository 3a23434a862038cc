package org.striatum.hooks.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// A tensor a decoder needs: its name in the checkpoint and the shape its config implies. It may be one of several that are
/// stored as one tensor, along its first axis.
///
/// @param name of the tensor stored
/// @param shape of what is needed
/// @param part which of the tensor's parts, or null for all of it
public record Weight(String name, List<Long> shape, Part part) {
  /// One of `count` equal parts of a tensor.
  ///
  /// @param index of this one, from 0
  public record Part(int index, int count) {
    public Part {
      if (index < 0 || index >= count) {
        throw new IllegalArgumentException("a part is one of " + count + ", found " + index);
      }
    }
  }

  public Weight {
    shape = List.copyOf(shape);
  }

  /// A whole tensor.
  public Weight(String name, List<Long> shape) {
    this(name, shape, null);
  }

  public static Weight of(String name, long... shape) {
    return new Weight(name, Arrays.stream(shape).boxed().toList());
  }

  /// Part `index` of a tensor (count, shape…).
  public static Weight part(String name, int index, int count, long... shape) {
    return new Weight(name, Arrays.stream(shape).boxed().toList(), new Part(index, count));
  }

  /// The shape of the tensor stored.
  public List<Long> storedShape() {
    return part == null ? shape : Stream.concat(Stream.of((long) part.count()), shape.stream()).toList();
  }

  /// A name of its own for what is needed: the tensor's, and where it is a part, which.
  public String key() {
    return part == null ? name : name + "[" + part.index() + "]";
  }
}
