package org.striatum.studies.capture;

import java.util.List;
import org.striatum.probe.tensor.DType;

/// Which hidden states are recorded.
///
/// @param hooks hook points; `*` stands for any block
/// @param dtype F32 or F16
public record CaptureSettings(List<String> hooks, DType dtype) {
  public CaptureSettings {
    hooks = List.copyOf(hooks);
    if (dtype != DType.F32 && dtype != DType.F16) {
      throw new IllegalArgumentException("activations are stored as f32 or f16, found " + dtype);
    }
    if (hooks.isEmpty()) {
      throw new IllegalArgumentException("a capture needs hook points, found none");
    }
  }

  /// The residual stream after every block, in single precision.
  public static CaptureSettings defaults() {
    return new CaptureSettings(List.of("blocks.*.hook_resid_post"), DType.F32);
  }

  public CaptureSettings withHooks(String... patterns) {
    return new CaptureSettings(List.of(patterns), dtype);
  }

  public CaptureSettings withDtype(DType other) {
    return new CaptureSettings(hooks, other);
  }
}
