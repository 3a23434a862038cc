package org.striatum.peft.nta.setting;

import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.task.Teachers;

/// A fully connected two-layer linear network, y = W₂ W₁ x, whose second layer is made fast, bounded and non-negative as
/// gates are. (§5, fully connected.)
///
/// @param inputs d_in
/// @param outputs d_out
/// @param teachers M
/// @param hidden units between the layers
/// @param tau1 time constant of W₁ > 0
/// @param tau2 of W₂ > 0
/// @param regulariser of W₂, all its weights together
/// @param dt Euler step > 0
/// @param batch inputs a step; 0 for the gradient over all inputs
/// @param blocks how many
/// @param blockLength of each
/// @param criterion loss that counts as learned
public record TwoLayerSettings(int inputs, int outputs, int teachers, int hidden, double tau1, double tau2,
    GateRegulariser regulariser, double dt, int batch, int blocks, double blockLength, double criterion)
    implements
      ArmSettings {
  public TwoLayerSettings {
    Teachers.requireRoom(teachers, outputs, inputs);
    if (hidden < 1 || outputs < 1 || blocks < 1) {
      throw new IllegalArgumentException("hidden units, outputs and blocks must be ≥ 1, found " + hidden + ", "
          + outputs + " and " + blocks);
    }
    NtaSettings.requireTime("τ₁", tau1);
    NtaSettings.requireTime("τ₂", tau2);
    NtaSettings.requireTime("dt", dt);
    if (!(blockLength >= dt && Double.isFinite(blockLength))) {
      throw new IllegalArgumentException(
          "a block must last at least one step, found length " + blockLength + " and dt " + dt);
    }
    if (batch < 0 || !(criterion > 0)) {
      throw new IllegalArgumentException("a batch must be ≥ 0 and a loss that counts as learned > 0, found " + batch
          + " and " + criterion);
    }
  }

  /// As published.
  public static TwoLayerSettings fast() {
    return new TwoLayerSettings(20, 10, 2, 20, 0.06, 0.01, new GateRegulariser(0.22, 1, Norm.L2, 10), 0.01, 200, 30, 1,
        0.1);
  }

  /// The control: both layers equally slow, and nothing asked of either.
  public TwoLayerSettings forgetful() {
    return new TwoLayerSettings(inputs, outputs, teachers, hidden, tau1, tau1, GateRegulariser.NONE, dt, batch, blocks,
        blockLength, criterion);
  }

  /// The same with another Euler step.
  public TwoLayerSettings withStep(double other) {
    return new TwoLayerSettings(inputs, outputs, teachers, hidden, tau1, tau2, regulariser, other, batch, blocks,
        blockLength, criterion);
  }

  public int stepsOfBlock() {
    return Math.toIntExact(Math.max(1, Math.round(blockLength / dt)));
  }
}
