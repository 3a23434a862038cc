package org.striatum.peft.nta.measure;

import org.striatum.peft.nta.task.Teachers;
import org.striatum.probe.stats.DotProduct;

/// Paths' weights in the singular basis of their teachers. (§4 and App. C.)
///
/// A teacher of orthogonal rows of one length s has singular values s, its outputs as left and its normalised rows as right
/// singular vectors, so that mode k of path p in the basis of teacher m is ⟨W_i^p, W*_k^m⟩ / s², i = k within a mode and i ≠ k
/// between two. A path that is its teacher has 1 in every mode and 0 between them.
///
/// @param own mean over modes of a matched path in its teacher's basis
/// @param spread of those over modes, as a standard deviation within a teacher, averaged
/// @param other mean over modes in the other teachers' bases
/// @param between root mean square between modes in its teacher's basis; NaN with one output
public record ModeProjection(double own, double spread, double other, double between) {
  /// Projects paths on teachers.
  ///
  /// @param weights (paths, outputs, inputs)
  /// @param pathOf the path of each teacher, all matched
  public static ModeProjection of(double[] weights, int paths, Teachers teachers, int[] pathOf) {
    int outputs = teachers.outputs();
    double own = 0;
    double spread = 0;
    double other = 0;
    double between = 0;
    for (int m = 0; m < teachers.count(); m++) {
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < outputs; k++) {
        for (int p = 0; p < paths; p++) {
          double mode = mode(weights, p, k, teachers, m, k);
          if (p == pathOf[m]) {
            sum += mode;
            squares += mode * mode;
          } else {
            other += mode;
          }
        }
        for (int i = 0; i < outputs; i++) {
          double crossed = i == k ? 0 : mode(weights, pathOf[m], i, teachers, m, k);
          between += crossed * crossed;
        }
      }
      own += sum / outputs;
      spread += Math.sqrt(Math.max(0, squares / outputs - sum / outputs * sum / outputs));
    }
    int count = teachers.count();
    return new ModeProjection(own / count, spread / count, other / (count * outputs * (paths - 1)),
        outputs == 1 ? Double.NaN : Math.sqrt(between / (count * outputs * (outputs - 1))));
  }

  private static double mode(double[] weights, int p, int i, Teachers teachers, int m, int k) {
    int inputs = teachers.inputs();
    double[] map = teachers.weights().get(m);
    double product = DotProduct.of(weights, (p * teachers.outputs() + i) * inputs, map, k * inputs, inputs);
    return product / DotProduct.of(map, k * inputs, map, k * inputs, inputs);
  }
}
