package org.striatum.hooks.parity;

import java.util.List;
import java.util.Optional;
import org.striatum.hooks.checkpoint.CheckpointException;

/// What came of a [ParityGate].
///
/// @param checks in the order they were made
public record ParityReport(List<ParityCheck> checks) {
  public ParityReport {
    checks = List.copyOf(checks);
  }

  /// Whether no check failed. One that could not be made has not failed: [#notChecked] lists it.
  public boolean passed() {
    return failure().isEmpty();
  }

  /// The first check that failed.
  public Optional<ParityCheck> failure() {
    return checks.stream().filter(check -> check.outcome() == ParityOutcome.FAILED).findFirst();
  }

  /// What could not be checked, for lack of a hook point.
  public List<ParityCheck> notChecked() {
    return checks.stream().filter(check -> check.outcome() == ParityOutcome.NOT_CHECKED).toList();
  }

  /// Refuses a model that failed.
  ///
  /// @param model its name
  /// @throws CheckpointException naming the check, the layer and the error
  public void require(String model) throws CheckpointException {
    Optional<ParityCheck> failure = failure();
    if (failure.isPresent()) {
      throw new CheckpointException(model + " fails the parity gate: " + failure.get());
    }
  }
}
