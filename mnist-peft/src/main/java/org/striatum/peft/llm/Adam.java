package org.striatum.peft.llm;

/// Adam over one vector, each parameter at a learning rate of its own. (Kingma and Ba 2015, algorithm 1: β₁ = 0.9, β₂ =
/// 0.999, ε = 1e-8.)
final class Adam {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final float[] rates;
  private final double[] first;
  private final double[] second;
  private int steps;

  /// @param rates of each parameter, ≥ 0: (parameters)
  Adam(float[] rates) {
    this.rates = rates.clone();
    this.first = new double[rates.length];
    this.second = new double[rates.length];
  }

  /// Moves parameters down a gradient.
  ///
  /// @param parameters changed in place: (parameters)
  /// @param gradient (parameters)
  void step(float[] parameters, float[] gradient) {
    if (parameters.length != rates.length || gradient.length != rates.length) {
      throw new IllegalArgumentException("Adam moves " + rates.length + " parameters by as many slopes, found "
          + parameters.length + " and " + gradient.length);
    }
    steps++;
    double correction1 = 1 - Math.pow(BETA1, steps);
    double correction2 = 1 - Math.pow(BETA2, steps);
    for (int i = 0; i < parameters.length; i++) {
      first[i] = BETA1 * first[i] + (1 - BETA1) * gradient[i];
      second[i] = BETA2 * second[i] + (1 - BETA2) * gradient[i] * gradient[i];
      parameters[i] -= (float) (rates[i] * (first[i] / correction1)
          / (Math.sqrt(second[i] / correction2) + EPSILON));
    }
  }
}
