package org.striatum.hooks.onnx;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// How weights are held while a graph runs.
public enum Memory implements Printed {
  /// Weights are widened to F32 and packed once: a copy in memory, the fastest matrix products.
  FAST,
  /// Weights stay in the mapped file: opens at once in little memory, multiplies slower.
  LOW;

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }
}
