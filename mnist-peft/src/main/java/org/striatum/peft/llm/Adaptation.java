package org.striatum.peft.llm;

import java.util.random.RandomGenerator;
import org.striatum.hooks.torch.Gradient;
import org.striatum.hooks.torch.Overlay;
import org.striatum.probe.model.Gates;

/// What is learned over a frozen language model: one vector of parameters, applied to the model as gates or
/// changed weights. Immutable.
public sealed interface Adaptation permits NeuronGate, BiasAdaptation, LowRankAdaptation {
  /// Gates and changed weights that parameters stand for.
  record Applied(Gates gates, Overlay overlay) {}

  /// How many numbers are learned.
  int parameters();

  /// Where learning begins, at the frozen model or as near as the kind allows: (parameters).
  float[] start(RandomGenerator random);

  /// Each parameter's learning rate where the kind as a whole is given `rate`: (parameters).
  float[] rates(double rate);

  /// Parameters as they are applied to the model.
  ///
  /// @param parameters (parameters)
  Applied applied(float[] parameters);

  /// The loss' gradient in the parameters, by the chain rule: (parameters).
  ///
  /// @param gradient at [#applied] of some parameters
  float[] gradient(Gradient gradient);
}
