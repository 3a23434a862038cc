package org.striatum.studies.capture;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.List;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.store.StoreIndex;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.tensor.DType;

/// Which hidden states are recorded.
///
/// @param hooks hook points; `*` stands for any block
/// @param dtype F32, F16 or BF16
/// @param positions whose states are stored; null for all, so that settings are written as they were before there were others
public record CaptureSettings(List<String> hooks, DType dtype,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) List<StoredPosition> positions) {
  public CaptureSettings {
    hooks = List.copyOf(hooks);
    StoreIndex.requireStored(dtype);
    if (hooks.isEmpty()) {
      throw new IllegalArgumentException("a capture needs hook points, found none");
    }
    positions = positions == null || positions.contains(StoredPosition.ALL) ? null : StoredPosition.settled(positions);
  }

  /// The residual stream after every block, in single precision.
  public static CaptureSettings defaults() {
    return new CaptureSettings(List.of("blocks.*.hook_resid_post"), DType.F32, null);
  }

  public CaptureSettings withHooks(String... patterns) {
    return new CaptureSettings(List.of(patterns), dtype, positions);
  }

  public CaptureSettings withDtype(DType other) {
    return new CaptureSettings(hooks, other, positions);
  }

  public CaptureSettings withPositions(List<StoredPosition> others) {
    return new CaptureSettings(hooks, dtype, others);
  }

  /// The positions whose states are stored.
  public List<StoredPosition> at() {
    return positions == null ? StoredPosition.EVERY : positions;
  }
}
