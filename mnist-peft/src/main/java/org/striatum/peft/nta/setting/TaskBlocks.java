package org.striatum.peft.nta.setting;

import java.util.Locale;
import org.striatum.peft.nta.task.Teachers;
import org.striatum.peft.nta.task.Teachers.Task;
import org.striatum.probe.run.PrintedLater;

/// Blocks in which tasks alternate.
///
/// @param count how many
/// @param length of each, in the model's own time
/// @param novelty what new tasks are made of
/// @param novelFrom the first block with a new task, from 1; count + 1 for none
public record TaskBlocks(int count, double length, Novelty novelty, int novelFrom) {
  /// What tasks of the last blocks are made of.
  public enum Novelty implements PrintedLater {
    /// Nothing new.
    NONE,
    /// ½(A + B), ½(B + C), …
    AVERAGES,
    /// Odd outputs from the next teacher.
    INTERLEAVED;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public TaskBlocks {
    if (count < 1 || novelFrom < 1 || (novelty == Novelty.NONE && novelFrom <= count)) {
      throw new IllegalArgumentException("blocks must be ≥ 1 and new tasks begin in one of them, found " + count
          + " blocks and new tasks (" + novelty + ") from block " + novelFrom);
    }
    LearningDynamics.requireTime("block length", length);
  }

  /// Blocks without new tasks.
  public static TaskBlocks of(int count, double length) {
    return new TaskBlocks(count, length, Novelty.NONE, count + 1);
  }

  /// The same with more or fewer blocks, new tasks from the same one on.
  public TaskBlocks withCount(int other) {
    return novelty == Novelty.NONE ? of(other, length) : new TaskBlocks(other, length, novelty, novelFrom);
  }

  /// The same with longer or shorter blocks.
  public TaskBlocks withLength(double other) {
    return new TaskBlocks(count, other, novelty, novelFrom);
  }

  /// The same with new tasks from another block on.
  public TaskBlocks withNovelFrom(int other) {
    return new TaskBlocks(count, length, novelty, other);
  }

  /// Euler steps of a block.
  int steps(double dt) {
    return Math.toIntExact(Math.max(1, Math.round(length / dt)));
  }

  void requireStep(double dt) {
    if (length < dt) {
      throw new IllegalArgumentException(
          "a block must last at least one step, found length " + length + " and dt " + dt);
    }
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
