package org.striatum.hooks.surgery;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.striatum.hooks.surgery.Topology.Op;

/// Everything in a graph that depends on the tokens, and what happens to it on the way from one value to another.
final class Flow {
  private final Topology topology;
  private final String source;
  private final Set<String> activations;

  /// @param source the embedded tokens, or the tokens themselves where they are looked up more than once
  Flow(Topology topology, String source) {
    this.topology = topology;
    this.source = source;
    this.activations = topology.downstream(source);
  }

  String source() {
    return source;
  }

  /// Whether a value depends on the tokens.
  boolean reaches(String value) {
    return activations.contains(value);
  }

  /// Values on paths from one value to another, both included, in order of computation.
  List<String> between(String from, String to) {
    return topology.between(from, to, activations);
  }

  /// Values that every path from one value to another runs through, both included, in order.
  List<String> bottlenecks(String from, String to) {
    return topology.bottlenecks(from, to, activations);
  }

  /// What makes the values on the way, the first value's own maker included.
  private Stream<Op> ops(String from, String to) {
    return between(from, to).stream().map(topology::maker).flatMap(Optional::stream);
  }

  /// What makes the values on the way behind the first.
  Stream<Op> opsBehind(String from, String to) {
    return between(from, to).stream().filter(value -> !value.equals(from)).map(topology::maker)
        .flatMap(Optional::stream);
  }

  /// Whether a weight is multiplied with on the way.
  boolean multiplies(String from, String to) {
    return opsBehind(from, to).anyMatch(op -> factors(op) == 1);
  }

  /// Whether two activations are multiplied, or a fused attention runs, on the way.
  boolean attends(String from, String to) {
    return ops(from, to).anyMatch(op -> op.type().contains("Attention") || factors(op) == 2);
  }

  /// How many factors of a product are activations: 0 for what is no product.
  private int factors(Op op) {
    int count = 0;
    for (int place : Operators.PRODUCTS.getOrDefault(op.type(), new int[0])) {
      if (place < op.inputs().size() && reaches(op.inputs().get(place))) {
        count++;
      }
    }
    return count;
  }

  boolean isSum(String value) {
    return topology.maker(value).map(op -> Operators.SUMS.contains(op.type())).orElse(false);
  }

  /// Whether an operator is linear in its one activation without mixing coordinates.
  boolean isLinear(Op op) {
    return Operators.linear(op.type(), op.reads().stream().filter(this::reaches).count());
  }

  /// Whether two values are one in different representations or shapes.
  boolean same(String a, String b) {
    return topology.through(a, Operators.PASSING).equals(topology.through(b, Operators.PASSING));
  }

  /// Whether a tree of sums has `summand` among its leaves.
  boolean sumHolds(String sum, String summand) {
    ArrayDeque<String> open = new ArrayDeque<>(List.of(sum));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String value = open.remove();
      if (same(value, summand)) {
        return true;
      }
      if (isSum(value) && seen.add(value) && topology.number(value) > topology.number(summand)) {
        open.addAll(topology.maker(value).orElseThrow().reads());
      }
    }
    return false;
  }
}
