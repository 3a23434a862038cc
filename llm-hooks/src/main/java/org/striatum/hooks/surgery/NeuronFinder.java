package org.striatum.hooks.surgery;

import java.util.List;
import java.util.Optional;
import org.striatum.hooks.surgery.SiteMap.FoundSite;
import org.striatum.hooks.surgery.SiteMap.GatingSignal;
import org.striatum.hooks.surgery.Topology.Op;

/// Finds the neurons of an MLP: the last product with a weight writes back into the stream; what it reads are the neurons.
/// Their gating signal is what the non-linearity reads.
final class NeuronFinder {
  private final Topology topology;
  private final Flow flow;

  NeuronFinder(Topology topology, Flow flow) {
    this.topology = topology;
    this.flow = flow;
  }

  /// The neurons of the MLP that reads the stream `from` and adds `to`; empty where there is no projection up and down.
  Optional<FoundSite> find(String from, String to) {
    List<String> chain = flow.bottlenecks(from, to);
    int down = lastProduct(chain);
    if (down == 0) {
      return Optional.empty();
    }
    String neurons = topology.through(chain.get(down - 1), Operators.PASSING);
    int place = chain.indexOf(neurons);
    if (place < 1 || !flow.multiplies(from, neurons)) {
      return Optional.empty();
    }
    Optional<GatingSignal> signal = ofGate(from, neurons).or(() -> ofActivation(chain.subList(0, place + 1)));
    String gatedBy = signal.map(z -> topology.described(z.value())).orElse("itself");
    return Optional.of(new FoundSite(neurons, topology.described(neurons)
        + ": what the product that writes back into the stream reads; gated by " + gatedBy,
        signal.orElse(new GatingSignal(neurons, ""))));
  }

  /// The place of the last value on a chain that a product with a weight makes; 0 if none does.
  private int lastProduct(List<String> chain) {
    int at = chain.size() - 1;
    while (at > 0 && !flow.multiplies(chain.get(at - 1), chain.get(at))) {
      at--;
    }
    return Math.max(at, 0);
  }

  /// a ⊙ b, only one of them behind a non-linearity: its input is the signal.
  private Optional<GatingSignal> ofGate(String from, String neurons) {
    Op op = topology.maker(neurons).orElseThrow();
    List<String> sides = op.inputs().stream().filter(flow::reaches).toList();
    if (!op.type().equals("Mul") || sides.size() != 2) {
      return Optional.empty();
    }
    Optional<GatingSignal> left = ofActivation(flow.bottlenecks(from, sides.get(0)));
    Optional<GatingSignal> right = ofActivation(flow.bottlenecks(from, sides.get(1)));
    return left.isPresent() == right.isPresent() ? Optional.empty() : left.or(() -> right);
  }

  /// The value behind the last product on a chain and its bias, if something non-linear follows.
  private Optional<GatingSignal> ofActivation(List<String> chain) {
    int at = lastProduct(chain);
    while (at + 1 < chain.size() && flow.isLinear(topology.maker(chain.get(at + 1)).orElseThrow())) {
      at++;
    }
    if (at == 0 || at + 1 >= chain.size()) {
      return Optional.empty();
    }
    Op activation = topology.maker(chain.get(at + 1)).orElseThrow();
    boolean withBias = Operators.BIASED_ACTIVATIONS.contains(activation.type()) && activation.inputs().size() > 1
        && activation.inputs().getFirst().equals(chain.get(at));
    return Optional.of(new GatingSignal(chain.get(at), withBias ? activation.inputs().get(1) : ""));
  }
}
