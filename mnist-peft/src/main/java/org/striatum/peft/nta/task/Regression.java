package org.striatum.peft.nta.task;

/// A batch that a linear map is tested against: half the mean squared error, summed over outputs,
///
///     L(V) = ½ · mean Σ (y* − V x)²
///
/// and its gradient. What learns a map, learns from this alone.
public interface Regression {
  /// The loss of a map on the batch; `gradient` is overwritten with ∂L/∂V.
  ///
  /// @param map V: (outputs, inputs)
  /// @param gradient (outputs, inputs)
  double loss(double[] map, double[] gradient);

  /// Of a teacher: with D = V − W* and S the inputs' second moments, L = ½⟨D, DS⟩ and ∂L/∂V = DS. Reads its arrays when
  /// asked, so that both may change from batch to batch.
  ///
  /// @param outputs d_out
  /// @param inputs d_in
  /// @param target W*: (outputs, inputs)
  /// @param moments S: (inputs, inputs), symmetric
  /// @param difference D, overwritten: (outputs, inputs)
  record OfTeacher(int outputs, int inputs, double[] target, double[] moments, double[] difference)
      implements
        Regression {
    public OfTeacher(int outputs, int inputs, double[] target, double[] moments) {
      this(outputs, inputs, target, moments, new double[outputs * inputs]);
    }

    @Override
    public double loss(double[] map, double[] gradient) {
      for (int i = 0; i < map.length; i++) {
        difference[i] = map[i] - target[i];
        gradient[i] = 0;
      }
      for (int row = 0; row < map.length; row += inputs) {
        for (int k = 0; k < inputs; k++) {
          double d = difference[row + k];
          for (int j = 0; j < inputs; j++) {
            gradient[row + j] += d * moments[k * inputs + j];
          }
        }
      }
      double loss = 0;
      for (int i = 0; i < map.length; i++) {
        loss += 0.5 * difference[i] * gradient[i];
      }
      return loss;
    }
  }
}
