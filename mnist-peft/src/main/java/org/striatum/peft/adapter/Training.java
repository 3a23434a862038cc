package org.striatum.peft.adapter;

/// How an adapter is trained: cross-entropy on batches drawn without replacement, pass after pass.
///
/// @param optimizer that steps
/// @param learningRate of everything but thresholds, > 0
/// @param thresholdLearningRate of a gate's thresholds, which live on the scale of z, ≥ 0
/// @param steps ≥ 1
/// @param batch examples a step, ≥ 1
/// @param sparsity λ ≥ 0: what a gate that stands wholly open costs, λ · mean(g) being added to the loss
public record Training(Optimizer optimizer, double learningRate, double thresholdLearningRate, int steps, int batch,
    double sparsity) {
  /// Plain gradient descent, or Adam (β₁ 0.9, β₂ 0.999, ε 1e-8; Kingma and Ba 2015).
  public enum Optimizer {
    SGD, ADAM
  }

  public Training {
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException("a learning rate must be > 0 and finite, found " + learningRate);
    }
    if (!(thresholdLearningRate >= 0 && Double.isFinite(thresholdLearningRate))) {
      throw new IllegalArgumentException(
          "a threshold's learning rate must be ≥ 0 and finite, found " + thresholdLearningRate);
    }
    if (steps < 1 || batch < 1) {
      throw new IllegalArgumentException("steps and examples a step must be ≥ 1, found " + steps + " and " + batch);
    }
    if (!(sparsity >= 0 && Double.isFinite(sparsity))) {
      throw new IllegalArgumentException("λ must be ≥ 0 and finite, found " + sparsity);
    }
  }

  /// One learning rate for everything, no λ.
  public Training(Optimizer optimizer, double learningRate, int steps, int batch) {
    this(optimizer, learningRate, learningRate, steps, batch, 0);
  }

  /// The same with other learning rates.
  public Training withRates(double other, double ofThresholds) {
    return new Training(optimizer, other, ofThresholds, steps, batch, sparsity);
  }

  /// The same with another λ.
  public Training withSparsity(double lambda) {
    return new Training(optimizer, learningRate, thresholdLearningRate, steps, batch, lambda);
  }

  /// The same over more or fewer steps.
  public Training withSteps(int other) {
    return new Training(optimizer, learningRate, thresholdLearningRate, other, batch, sparsity);
  }

  double rate(Parameter parameter) {
    return parameter.role() == Parameter.Role.THRESHOLD ? thresholdLearningRate : learningRate;
  }
}
