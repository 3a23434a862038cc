package org.striatum.studies.capture;

import java.util.List;
import org.striatum.probe.model.HookPoint;

/// Counts of recorded states.
///
/// @param rows of every hook point, one per token whose states are stored
/// @param bytes of all hook points, without headers
public record CaptureResults(int rollouts, long rows, List<HookPoint> hooks, long bytes) {
  public CaptureResults {
    hooks = List.copyOf(hooks);
  }
}
