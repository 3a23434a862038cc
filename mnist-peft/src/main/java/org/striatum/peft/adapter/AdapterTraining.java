package org.striatum.peft.adapter;

import java.util.Locale;
import org.striatum.probe.run.PrintedLater;

/// How an adapter is trained: cross-entropy on batches drawn without replacement, pass after pass.
///
/// @param optimizer that steps
/// @param learningRate of everything but thresholds, > 0
/// @param thresholdLearningRate of a gate's thresholds, which live on the scale of z, ≥ 0
/// @param steps ≥ 1
/// @param batch examples per step, ≥ 1
/// @param sparsity λ ≥ 0: the cost of a fully open gate: λ · mean(g) is added to the loss
public record AdapterTraining(Optimizer optimizer, double learningRate, double thresholdLearningRate, int steps,
    int batch,
    double sparsity) {
  /// Plain gradient descent, or Adam (β₁ 0.9, β₂ 0.999, ε 1e-8; Kingma and Ba 2015).
  public enum Optimizer implements PrintedLater {
    SGD, ADAM;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public AdapterTraining {
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException("a learning rate must be > 0 and finite, found " + learningRate);
    }
    if (!(thresholdLearningRate >= 0 && Double.isFinite(thresholdLearningRate))) {
      throw new IllegalArgumentException(
          "a threshold's learning rate must be ≥ 0 and finite, found " + thresholdLearningRate);
    }
    if (steps < 1 || batch < 1) {
      throw new IllegalArgumentException("steps and examples per step must be ≥ 1, found " + steps + " and " + batch);
    }
    if (!(sparsity >= 0 && Double.isFinite(sparsity))) {
      throw new IllegalArgumentException("λ must be ≥ 0 and finite, found " + sparsity);
    }
  }

  /// One learning rate for everything, no λ.
  public AdapterTraining(Optimizer optimizer, double learningRate, int steps, int batch) {
    this(optimizer, learningRate, learningRate, steps, batch, 0);
  }

  /// The same with other learning rates.
  public AdapterTraining withRates(double other, double ofThresholds) {
    return new AdapterTraining(optimizer, other, ofThresholds, steps, batch, sparsity);
  }

  /// The same with another λ.
  public AdapterTraining withSparsity(double lambda) {
    return new AdapterTraining(optimizer, learningRate, thresholdLearningRate, steps, batch, lambda);
  }

  /// The same over more or fewer steps.
  public AdapterTraining withSteps(int other) {
    return new AdapterTraining(optimizer, learningRate, thresholdLearningRate, other, batch, sparsity);
  }

  double rate(Parameter parameter) {
    return parameter.role() == Parameter.Role.THRESHOLD ? thresholdLearningRate : learningRate;
  }
}
