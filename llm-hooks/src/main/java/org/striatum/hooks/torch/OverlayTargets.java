package org.striatum.hooks.torch;

import org.striatum.hooks.checkpoint.Weight;

/// The weights that an [Overlay] can change, and what shape a change of each must have.
///
/// @param model the checkpoint's name, for messages
record OverlayTargets(String model, FrozenWeights weights) {
  /// Refuses changes of unknown weights or of another shape.
  void check(Overlay changes) {
    changes.added().forEach((name, change) -> {
      long size = weight(name).shape().stream().reduce(1L, Math::multiplyExact);
      if (change.length != size) {
        throw new IllegalArgumentException(
            "the change of '" + name + "' must have " + size + " elements, found " + change.length);
      }
    });
    changes.lowRank().forEach((name, change) -> {
      if (change.inputs() != inputs(name) || change.outputs() != outputs(name)) {
        throw new IllegalArgumentException("the low-rank change of '" + name + "' must lead from " + inputs(name)
            + " to " + outputs(name) + ", found " + change.inputs() + " to " + change.outputs());
      }
    });
  }

  int inputs(String matrix) {
    return Math.toIntExact(weight(matrix).shape().get(inputAxis(matrix)));
  }

  int outputs(String matrix) {
    return Math.toIntExact(weight(matrix).shape().get(1 - inputAxis(matrix)));
  }

  private int inputAxis(String matrix) {
    Integer axis = weights.inputAxes().get(matrix);
    if (axis == null) {
      throw new IllegalArgumentException(
          "a low-rank change belongs to the matrix of a product, found '" + matrix + "'");
    }
    return axis;
  }

  private Weight weight(String name) {
    Weight weight = weights.used().get(name);
    if (weight == null) {
      throw new IllegalArgumentException(model + " uses no weight '" + name + "', it uses "
          + String.join(", ", weights.used().keySet().stream().limit(5).toList()) + ", …");
    }
    return weight;
  }
}
