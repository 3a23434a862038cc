package org.striatum.peft.nta.setting;

import java.util.List;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.peft.nta.setting.TaskBlocks.Novelty;

/// A gated linear network that learns tasks alternating in blocks: everything but the seed.
///
/// @param tasks what is learned
/// @param paths of the network
/// @param dynamics of weights and gates
/// @param blocks in which tasks alternate
/// @param criterion loss that counts as learned
public record NtaSettings(TaskShape tasks, GatedPaths paths, LearningDynamics dynamics, TaskBlocks blocks,
    double criterion) implements ArmSettings {
  /// Grid values: τ_c at λ = 0.3, and λ at τ_c = 0.005, over block lengths that divide seven. (§5; the paper prints no list
  /// of block lengths.)
  public static final List<Double> TAU_C_GRID = List.of(0.02, 0.03, 0.05, 0.07, 0.1);
  public static final List<Double> LAMBDA_GRID = List.of(0.0, 0.025, 0.05, 0.1, 0.2);
  public static final List<Double> BLOCK_LENGTHS = List.of(0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.75);
  public static final double LAMBDA_OF_TAU_C_GRID = 0.3;
  public static final double TAU_C_OF_LAMBDA_GRID = 0.005;

  private static final int BATCH = 200;

  public NtaSettings {
    blocks.requireStep(dynamics.dt());
    requireCriterion(criterion);
  }

  static void requireCriterion(double criterion) {
    if (!(criterion > 0)) {
      throw new IllegalArgumentException("a loss that counts as learned must be > 0, found " + criterion);
    }
  }

  /// Fast, bounded gates: two paths, two teachers of ten outputs, twenty blocks. (§3.)
  public static NtaSettings flexible() {
    return new NtaSettings(TaskShape.orthogonal(20, 10, 2), new GatedPaths(2, false),
        new LearningDynamics(1.3, 0.03, new GateRegulariser(0.1, 1, Norm.L1, 10), 0.001, BATCH), TaskBlocks.of(20, 1),
        0.1);
  }

  /// Three tasks of six outputs, then averages of two. (§4.)
  ///
  /// Half of the new tasks begin below a loss of 0.1 in any network, so that 0.02 counts as learned.
  public static NtaSettings taskComposition() {
    return new NtaSettings(TaskShape.orthogonal(20, 6, 3), new GatedPaths(3, false),
        new LearningDynamics(0.2, 0.03, new GateRegulariser(0.3, 1, Norm.L1, 5), 0.001, BATCH),
        new TaskBlocks(30, 1, Novelty.AVERAGES, 23), 0.02);
  }

  /// The same with a gate per output and path, and new tasks that take every other output from the next teacher. (§4.)
  public static NtaSettings subtaskComposition() {
    return new NtaSettings(TaskShape.orthogonal(20, 6, 3), new GatedPaths(3, true),
        new LearningDynamics(0.2, 0.005, new GateRegulariser(0.025, 1, Norm.L2, 10), 0.01, BATCH),
        new TaskBlocks(30, 1, Novelty.INTERLEAVED, 23), 0.02);
  }

  /// A cell of the grids: seven units of time in blocks of a length. (§5.)
  public static NtaSettings cell(double tauC, double lambda, double blockLength) {
    return new NtaSettings(TaskShape.orthogonal(20, 10, 2), new GatedPaths(2, false),
        new LearningDynamics(0.1, tauC, new GateRegulariser(lambda, 1, Norm.L1, 5), 0.001, BATCH),
        TaskBlocks.of(Math.max(1, (int) Math.round(7 / blockLength)), blockLength), 0.1);
  }

  /// The toy system of the exact solution with the published τ_w = 1, λ = 0.1 and step; one block long enough for every
  /// τ_c ≤ 1. (§4.)
  public static NtaSettings reduced() {
    return new NtaSettings(TaskShape.orthogonal(2, 1, 2), new GatedPaths(2, false),
        new LearningDynamics(1, 0.1, new GateRegulariser(0.1, 1, Norm.L1, 10), 0.001, BATCH), TaskBlocks.of(1, 10),
        0.1);
  }

  /// The control: gates as slow as weights, without a regulariser.
  public NtaSettings forgetful() {
    return withDynamics(dynamics.forgetful());
  }

  /// The same with other tasks.
  public NtaSettings withTasks(TaskShape others) {
    return new NtaSettings(others, paths, dynamics, blocks, criterion);
  }

  /// The same with other paths.
  public NtaSettings withPaths(GatedPaths others) {
    return new NtaSettings(tasks, others, dynamics, blocks, criterion);
  }

  /// The same with other dynamics.
  public NtaSettings withDynamics(LearningDynamics other) {
    return new NtaSettings(tasks, paths, other, blocks, criterion);
  }

  /// The same with other blocks.
  public NtaSettings withBlocks(TaskBlocks others) {
    return new NtaSettings(tasks, paths, dynamics, others, criterion);
  }

  /// The same with another loss that counts as learned.
  public NtaSettings withCriterion(double other) {
    return new NtaSettings(tasks, paths, dynamics, blocks, other);
  }

  /// Steps of a block.
  public int stepsOfBlock() {
    return blocks.steps(dynamics.dt());
  }
}
