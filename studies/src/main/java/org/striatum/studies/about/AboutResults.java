package org.striatum.studies.about;

import java.util.List;
import java.util.Optional;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.activity.NeuronActivity.Spread;

/// What the best neurons of each layer are about.
///
/// @param neurons one per dataset and neuron
/// @param norm what the effects on output tokens assume; null where there are none
/// @param notes what could not be told, and why
public record AboutResults(List<AboutNeuron> neurons, String norm, List<String> notes) {
  public AboutResults {
    neurons = List.copyOf(neurons);
    notes = List.copyOf(notes);
  }

  /// What is told of a neuron on a dataset.
  public Optional<AboutNeuron> of(String dataset, NeuronId neuron) {
    return neurons.stream().filter(one -> one.dataset().equals(dataset) && one.neuron().equals(neuron)).findFirst();
  }

  /// One neuron on one dataset.
  ///
  /// @param spread of its activations over all tokens
  /// @param highest tokens where it is highest, one per problem
  /// @param lowest tokens where it is lowest, one per problem
  /// @param raised output tokens whose logits rise most where it is one deviation higher; empty where the head was not asked
  /// @param lowered those whose logits fall most
  public record AboutNeuron(String dataset, NeuronId neuron, Spread spread, List<TokenInContext> highest,
      List<TokenInContext> lowest, List<OutputToken> raised, List<OutputToken> lowered) {
    public AboutNeuron {
      highest = List.copyOf(highest);
      lowest = List.copyOf(lowest);
      raised = List.copyOf(raised);
      lowered = List.copyOf(lowered);
    }
  }

  /// A token of a rollout with what stands around it: texts, or token ids in brackets where there was no tokenizer.
  ///
  /// @param problem of the rollout
  /// @param sample of the problem
  /// @param position of the token
  /// @param generated whether the model wrote it
  /// @param activation of the neuron there
  public record TokenInContext(String problem, int sample, int position, boolean generated, double activation,
      String before, String token, String after) {}

  /// A token of the vocabulary.
  ///
  /// @param change of its logit, in nats, less the mean change of all tokens', which changes no probability
  public record OutputToken(int id, String token, double change) {}
}
