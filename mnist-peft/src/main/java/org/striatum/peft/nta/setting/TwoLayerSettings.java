package org.striatum.peft.nta.setting;

import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.peft.nta.setting.TaskBlocks.Novelty;

/// A fully connected two-layer linear network, y = W₂ W₁ x, whose second layer is made fast, bounded and non-negative as
/// gates are. (§5, fully connected.)
///
/// @param tasks what is learned, by orthogonal teachers
/// @param hidden units between the layers
/// @param dynamics τ_w is the time constant of W₁ and τ_c that of W₂, whose weights are regularised all together
/// @param blocks in which tasks alternate, none of them new
/// @param criterion loss that counts as learned
public record TwoLayerSettings(TaskShape tasks, int hidden, LearningDynamics dynamics, TaskBlocks blocks,
    double criterion) implements ArmSettings {
  public TwoLayerSettings {
    if (hidden < 1) {
      throw new IllegalArgumentException("hidden units must be ≥ 1, found " + hidden);
    }
    if (tasks.overlap() != 0 || blocks.novelty() != Novelty.NONE) {
      throw new IllegalArgumentException(
          "a two-layer network learns orthogonal teachers and no new tasks, found overlap "
              + tasks.overlap() + " and " + blocks.novelty());
    }
    blocks.requireStep(dynamics.dt());
    NtaSettings.requireCriterion(criterion);
  }

  /// As published.
  public static TwoLayerSettings fast() {
    return new TwoLayerSettings(TaskShape.orthogonal(20, 10, 2), 20,
        new LearningDynamics(0.06, 0.01, new GateRegulariser(0.22, 1, Norm.L2, 10), 0.01, 200), TaskBlocks.of(30, 1),
        0.1);
  }

  /// The control: both layers equally slow, without a regulariser.
  public TwoLayerSettings forgetful() {
    return withDynamics(dynamics.forgetful());
  }

  /// The same with other tasks.
  public TwoLayerSettings withTasks(TaskShape others) {
    return new TwoLayerSettings(others, hidden, dynamics, blocks, criterion);
  }

  /// The same with more or fewer hidden units.
  public TwoLayerSettings withHidden(int other) {
    return new TwoLayerSettings(tasks, other, dynamics, blocks, criterion);
  }

  /// The same with other dynamics.
  public TwoLayerSettings withDynamics(LearningDynamics other) {
    return new TwoLayerSettings(tasks, hidden, other, blocks, criterion);
  }

  /// The same with other blocks.
  public TwoLayerSettings withBlocks(TaskBlocks others) {
    return new TwoLayerSettings(tasks, hidden, dynamics, others, criterion);
  }

  /// The same with another loss that counts as learned.
  public TwoLayerSettings withCriterion(double other) {
    return new TwoLayerSettings(tasks, hidden, dynamics, blocks, other);
  }

  /// Steps of a block.
  public int stepsOfBlock() {
    return blocks.steps(dynamics.dt());
  }
}
