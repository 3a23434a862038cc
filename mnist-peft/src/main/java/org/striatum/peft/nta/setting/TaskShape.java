package org.striatum.peft.nta.setting;

import org.striatum.peft.nta.measure.Alignment;
import org.striatum.peft.nta.task.Teachers;

/// What is learned: linear maps, one per task.
///
/// @param inputs d_in
/// @param outputs d_out
/// @param teachers M
/// @param overlap cosine of two teachers, in [0, 1)
public record TaskShape(int inputs, int outputs, int teachers, double overlap) {
  public TaskShape {
    if (outputs < 1 || inputs < 1) {
      throw new IllegalArgumentException("inputs and outputs must be ≥ 1, found " + inputs + " and " + outputs);
    }
    Teachers.requireRoom(teachers, outputs, inputs);
    if (teachers > Alignment.MOST) {
      throw new IllegalArgumentException("teachers must be at most " + Alignment.MOST + ", found " + teachers);
    }
    if (!(overlap >= 0 && overlap < 1)) {
      throw new IllegalArgumentException("teachers' overlap must be in [0, 1), found " + overlap);
    }
  }

  /// Orthogonal teachers.
  public static TaskShape orthogonal(int inputs, int outputs, int teachers) {
    return new TaskShape(inputs, outputs, teachers, 0);
  }

  /// The same with other teachers.
  public TaskShape withTeachers(int count, double cosine) {
    return new TaskShape(inputs, outputs, count, cosine);
  }

  /// The same with more or fewer outputs.
  public TaskShape withOutputs(int other) {
    return new TaskShape(inputs, other, teachers, overlap);
  }
}
