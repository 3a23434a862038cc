package org.striatum.probe.sparse;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Rows in memory as Smile wants them: standardised, without constant coordinates (its LASSO refuses them) and without
/// rows that hold NaN or ∞.
///
/// @param scale of all coordinates
/// @param kept the coordinates that vary
/// @param rows z of the kept ones: (n, kept)
/// @param targets (n)
record StandardisedRows(Standardisation scale, int[] kept, double[][] rows, double[] targets) {
  static StandardisedRows read(LabelledRows labelled) {
    Standardisation scale = Moments.of(labelled).scale();
    int d = labelled.width();
    int[] kept = IntStream.range(0, d).filter(j -> !scale.isConstant(j)).toArray();
    List<double[]> rows = new ArrayList<>();
    List<Double> targets = new ArrayList<>();
    labelled.finite().read((values, count, y) -> {
      for (int i = 0; i < count; i++) {
        double[] z = new double[kept.length];
        for (int k = 0; k < kept.length; k++) {
          z[k] = scale.z(kept[k], values[i * d + kept[k]]);
        }
        rows.add(z);
        targets.add(y[i]);
      }
    });
    return new StandardisedRows(scale, kept, rows.toArray(double[][]::new),
        targets.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// Targets as classes 0 and 1.
  int[] outcomes() {
    int[] outcomes = new int[targets.length];
    for (int i = 0; i < outcomes.length; i++) {
      if (targets[i] != 0 && targets[i] != 1) {
        throw new IllegalArgumentException("an outcome must be 0 or 1, found " + targets[i]);
      }
      outcomes[i] = (int) targets[i];
    }
    return outcomes;
  }

  /// A predictor over all coordinates from coefficients of the kept ones.
  LinearPredictor predictor(double intercept, double[] ofKept) {
    double[] coefficients = new double[scale.width()];
    for (int k = 0; k < kept.length; k++) {
      coefficients[kept[k]] = ofKept[k];
    }
    return new LinearPredictor(scale, intercept, coefficients);
  }
}
