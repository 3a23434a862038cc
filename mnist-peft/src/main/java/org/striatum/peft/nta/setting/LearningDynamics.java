package org.striatum.peft.nta.setting;

import org.striatum.peft.nta.network.GateRegulariser;

/// Gradient flow of weights and gates by Euler steps. Times are in units of the model's own time.
///
/// @param tauW τ_w > 0, time constant of weights
/// @param tauC τ_c > 0, time constant of gates
/// @param regulariser of the gates
/// @param dt Euler step > 0
/// @param batch inputs per step; 0 for the gradient over all inputs
public record LearningDynamics(double tauW, double tauC, GateRegulariser regulariser, double dt, int batch) {
  public LearningDynamics {
    requireTime("τ_w", tauW);
    requireTime("τ_c", tauC);
    requireTime("dt", dt);
    if (batch < 0) {
      throw new IllegalArgumentException("a batch must be ≥ 1, or 0 for all inputs, found " + batch);
    }
  }

  static void requireTime(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(name + " must be > 0 and finite, found " + value);
    }
  }

  /// The control: gates as slow as weights, without a regulariser.
  public LearningDynamics forgetful() {
    return withGates(tauW, GateRegulariser.NONE);
  }

  /// The same with other weights.
  public LearningDynamics withWeights(double otherTauW) {
    return new LearningDynamics(otherTauW, tauC, regulariser, dt, batch);
  }

  /// The same with other gates.
  public LearningDynamics withGates(double otherTauC, GateRegulariser other) {
    return new LearningDynamics(tauW, otherTauC, other, dt, batch);
  }

  /// The same with another Euler step, and another batch.
  public LearningDynamics withSteps(double otherDt, int otherBatch) {
    return new LearningDynamics(tauW, tauC, regulariser, otherDt, otherBatch);
  }

  /// dt/τ_w.
  public double weightStep() {
    return dt / tauW;
  }

  /// dt/τ_c.
  public double gateStep() {
    return dt / tauC;
  }
}
