package org.striatum.peft.mnist;

import org.striatum.datasets.images.LabelledImages;
import org.striatum.datasets.images.Rotation;

/// A way in which all images are shown.
///
/// @param name for a reader
/// @param degrees turned, counter-clockwise
/// @param inverted whether paper and ink change places, after the turn
public record Mode(String name, double degrees, boolean inverted) {
  /// As they are.
  public static final Mode UPRIGHT = new Mode("0°", 0, false);
  /// The mode to specialise on.
  public static final Mode TILTED = new Mode("45°", 45, false);
  /// One that no foundation was trained on.
  public static final Mode LYING = new Mode("90°", 90, false);
  /// Another.
  public static final Mode INVERTED = new Mode("inverted", 0, true);

  /// The images as inputs of a network: (n, pixels), 0 to 1.
  float[] of(LabelledImages images) {
    float[] shown = new Rotation(degrees).apply(images.ink(), images.rows(), images.columns());
    for (int i = 0; inverted && i < shown.length; i++) {
      shown[i] = 1 - shown[i];
    }
    return shown;
  }
}
