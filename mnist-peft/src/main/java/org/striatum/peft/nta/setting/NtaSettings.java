package org.striatum.peft.nta.setting;

import java.util.List;
import org.striatum.peft.nta.measure.Alignment;
import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.task.Teachers.Task;
import org.striatum.peft.nta.task.Teachers;

/// A gated linear network that learns tasks alternating in blocks: everything but the seed. Times are in units of the
/// model's own time.
///
/// @param inputs d_in
/// @param outputs d_out
/// @param teachers M
/// @param overlap cosine of two teachers, in [0, 1)
/// @param paths P
/// @param gatePerOutput whether every output has gates of its own
/// @param tauW τ_w > 0, time constant of weights
/// @param tauC τ_c > 0, time constant of gates
/// @param regulariser of the gates
/// @param dt Euler step > 0
/// @param batch inputs a step; 0 for the gradient over all inputs
/// @param blocks how many
/// @param blockLength of each
/// @param novelty what new tasks are made of
/// @param novelFrom the first block with a new task, from 1; blocks + 1 for none
/// @param criterion loss that counts as learned
public record NtaSettings(int inputs, int outputs, int teachers, double overlap, int paths, boolean gatePerOutput,
    double tauW, double tauC, GateRegulariser regulariser, double dt, int batch, int blocks, double blockLength,
    Novelty novelty, int novelFrom, double criterion) implements ArmSettings {
  /// What tasks of the last blocks are made of.
  public enum Novelty {
    /// Nothing new.
    NONE,
    /// ½(A + B), ½(B + C), …
    AVERAGES,
    /// Odd outputs from the next teacher.
    INTERLEAVED
  }

  /// Grid values: τ_c at λ = 0.3, and λ at τ_c = 0.005, over block lengths that divide seven. (§5; the paper prints no list
  /// of block lengths.)
  public static final List<Double> TAU_C_GRID = List.of(0.02, 0.03, 0.05, 0.07, 0.1);
  public static final List<Double> LAMBDA_GRID = List.of(0.0, 0.025, 0.05, 0.1, 0.2);
  public static final List<Double> BLOCK_LENGTHS = List.of(0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.75);
  public static final double LAMBDA_OF_TAU_C_GRID = 0.3;
  public static final double TAU_C_OF_LAMBDA_GRID = 0.005;

  private static final int BATCH = 200;

  public NtaSettings {
    if (paths < 1) {
      throw new IllegalArgumentException("a network needs at least 1 path, found " + paths);
    }
    if (outputs < 1 || inputs < 1) {
      throw new IllegalArgumentException("inputs and outputs must be ≥ 1, found " + inputs + " and " + outputs);
    }
    Teachers.requireRoom(teachers, outputs, inputs);
    requirePaths(paths, teachers);
    requireTime("τ_w", tauW);
    requireTime("τ_c", tauC);
    requireTime("dt", dt);
    requireTime("block length", blockLength);
    if (!(overlap >= 0 && overlap < 1)) {
      throw new IllegalArgumentException("teachers' overlap must be in [0, 1), found " + overlap);
    }
    if (batch < 0) {
      throw new IllegalArgumentException("a batch must be ≥ 1, or 0 for all inputs, found " + batch);
    }
    if (blocks < 1 || novelFrom < 1 || (novelty == Novelty.NONE && novelFrom <= blocks)) {
      throw new IllegalArgumentException("blocks must be ≥ 1 and new tasks begin in one of them, found " + blocks
          + " blocks and new tasks (" + novelty + ") from block " + novelFrom);
    }
    if (blockLength < dt) {
      throw new IllegalArgumentException(
          "a block must last at least one step, found length " + blockLength + " and dt " + dt);
    }
    if (!(criterion > 0)) {
      throw new IllegalArgumentException("a loss that counts as learned must be > 0, found " + criterion);
    }
  }

  static void requireTime(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(name + " must be > 0 and finite, found " + value);
    }
  }

  private static void requirePaths(int paths, int teachers) {
    if (paths > Alignment.MOST || teachers > Alignment.MOST) {
      throw new IllegalArgumentException(
          "paths and teachers must be at most " + Alignment.MOST + ", found " + paths + " and " + teachers);
    }
  }

  /// Fast, bounded gates: two paths, two teachers of ten outputs, twenty blocks. (§3.)
  public static NtaSettings flexible() {
    return new NtaSettings(20, 10, 2, 0, 2, false, 1.3, 0.03, new GateRegulariser(0.1, 1, Norm.L1, 10), 0.001, BATCH,
        20, 1, Novelty.NONE, 21, 0.1);
  }

  /// Three tasks of six outputs, then averages of two. (§4.)
  ///
  /// Half of the new tasks begin below a loss of 0.1 in any network, so that 0.02 counts as learned.
  public static NtaSettings taskComposition() {
    return new NtaSettings(20, 6, 3, 0, 3, false, 0.2, 0.03, new GateRegulariser(0.3, 1, Norm.L1, 5), 0.001, BATCH, 30,
        1, Novelty.AVERAGES, 23, 0.02);
  }

  /// The same with a gate an output and path, and new tasks that take every other output from the next teacher. (§4.)
  public static NtaSettings subtaskComposition() {
    return new NtaSettings(20, 6, 3, 0, 3, true, 0.2, 0.005, new GateRegulariser(0.025, 1, Norm.L2, 10), 0.01, BATCH,
        30, 1, Novelty.INTERLEAVED, 23, 0.02);
  }

  /// A cell of the grids: seven units of time in blocks of a length. (§5.)
  public static NtaSettings cell(double tauC, double lambda, double blockLength) {
    return new NtaSettings(20, 10, 2, 0, 2, false, 0.1, tauC, new GateRegulariser(lambda, 1, Norm.L1, 5), 0.001, BATCH,
        Math.max(1, (int) Math.round(7 / blockLength)), blockLength, Novelty.NONE,
        Math.max(1, (int) Math.round(7 / blockLength)) + 1, 0.1);
  }

  /// The control: gates as slow as weights, and nothing asked of them.
  public NtaSettings forgetful() {
    return withGates(tauW, GateRegulariser.NONE);
  }

  /// The same with other gates.
  public NtaSettings withGates(double otherTauC, GateRegulariser other) {
    return new NtaSettings(inputs, outputs, teachers, overlap, paths, gatePerOutput, tauW, otherTauC, other, dt, batch,
        blocks, blockLength, novelty, novelFrom, criterion);
  }

  /// The same with another loss that counts as learned.
  public NtaSettings withCriterion(double other) {
    return new NtaSettings(inputs, outputs, teachers, overlap, paths, gatePerOutput, tauW, tauC, regulariser, dt, batch,
        blocks, blockLength, novelty, novelFrom, other);
  }

  /// The same with another Euler step, and another batch.
  public NtaSettings withSteps(double otherDt, int otherBatch) {
    return new NtaSettings(inputs, outputs, teachers, overlap, paths, gatePerOutput, tauW, tauC, regulariser, otherDt,
        otherBatch, blocks, blockLength, novelty, novelFrom, criterion);
  }

  /// The same with other teachers and another number of paths.
  public NtaSettings withTasks(int otherTeachers, double otherOverlap, int otherOutputs, int otherPaths) {
    return new NtaSettings(inputs, otherOutputs, otherTeachers, otherOverlap, otherPaths, gatePerOutput, tauW, tauC,
        regulariser, dt, batch, blocks, blockLength, novelty, novelFrom, criterion);
  }

  /// Steps of a block.
  public int stepsOfBlock() {
    return Math.toIntExact(Math.max(1, Math.round(blockLength / dt)));
  }

  /// The task of a block, counted from 0: the teachers in turn, then what is made of them in turn.
  public Task task(Teachers all, int block) {
    int m = block % all.count();
    if (block + 1 < novelFrom) {
      return all.task(m);
    }
    return switch (novelty) {
      case NONE -> all.task(m);
      case AVERAGES -> all.average(m);
      case INTERLEAVED -> all.interleaved(m);
    };
  }
}
