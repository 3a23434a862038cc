package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one method reaches when it is specialised on a mode.
///
/// @param trainable values trained
/// @param learningRate of everything but thresholds; NaN where nothing is trained
/// @param thresholdRate of thresholds; NaN where there are none
/// @param accuracy0 on upright test images
/// @param accuracy45 on test images in the mode specialised on
/// @param gain45 accuracy45 beyond the frozen network's, paired by seed
/// @param forgetting accuracy0 beyond the frozen network's, paired: negative where something was forgotten (backward
///     transfer, Lopez-Paz and Ranzato 2017)
/// @param beyondTauGate0 accuracy0 beyond TauGate's, paired
/// @param beyondTauGate45 accuracy45 beyond TauGate's, paired
public record MethodResult(String name, int trainable, double learningRate, double thresholdRate, OverSeeds accuracy0,
    OverSeeds accuracy45, OverSeeds gain45, OverSeeds forgetting, OverSeeds beyondTauGate0, OverSeeds beyondTauGate45) {
  /// Accuracies of methods, gathered seed by seed.
  static final class Gathering {
    private final Map<Method, List<double[]>> accuracies = new LinkedHashMap<>();

    void add(Method method, double accuracy0, double accuracy45) {
      accuracies.computeIfAbsent(method, _ -> new ArrayList<>()).add(new double[]{accuracy0, accuracy45});
    }

    /// The results, in the order in which methods first came; `frozen` and `taugate` must be among them.
    List<MethodResult> results(int[] widths) {
      return accuracies.keySet().stream().map(method -> result(method, widths)).toList();
    }

    private MethodResult result(Method method, int[] widths) {
      OverSeeds upright = accuracy(method, 0);
      OverSeeds tilted = accuracy(method, 1);
      Method frozen = named(Method.FROZEN);
      Method gate = named(Method.TAUGATE);
      boolean thresholds = method.adapter().parameters(widths).stream()
          .anyMatch(parameter -> parameter.name().endsWith("threshold"));
      boolean others = method.adapter().parameters(widths).stream()
          .anyMatch(parameter -> !parameter.name().endsWith("threshold"));
      return new MethodResult(method.name(), method.adapter().trainable(widths),
          others ? method.training().learningRate() : Double.NaN,
          thresholds ? method.training().thresholdLearningRate() : Double.NaN, upright, tilted,
          tilted.minus(accuracy(frozen, 1)), upright.minus(accuracy(frozen, 0)), upright.minus(accuracy(gate, 0)),
          tilted.minus(accuracy(gate, 1)));
    }

    private Method named(String name) {
      return accuracies.keySet().stream().filter(method -> method.name().equals(name)).findFirst().orElseThrow();
    }

    private OverSeeds accuracy(Method method, int mode) {
      return OverSeeds.of(accuracies.get(method).stream().mapToDouble(both -> both[mode]).toArray());
    }
  }
}
