package org.striatum.hooks.surgery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.surgery.ResidualStream.Addition;
import org.striatum.hooks.surgery.ResidualStream.Branch;
import org.striatum.hooks.surgery.ResidualStream.BranchKind;
import org.striatum.hooks.surgery.Topology.Op;

/// Finds the residual stream of a graph.
///
/// It is what every path from the embedding to the logits runs through: attention and MLP only add to it, so each can be
/// bypassed, and the stream cannot. The bottlenecks between embedding and logits are therefore the stream before and after
/// every addition, the final norm and the head. What an addition adds is attention if two activations are multiplied
/// inside it (queries and keys), else an MLP.
final class StreamFinder {
  private final Topology topology;
  private final Flow flow;
  private final Map<Integer, String> biases = new HashMap<>();

  StreamFinder(Topology topology, Flow flow) {
    this.topology = topology;
    this.flow = flow;
  }

  /// @throws CheckpointException saying what was looked for and what was found instead
  ResidualStream find(String logits) throws CheckpointException {
    List<String> bottlenecks = flow.bottlenecks(flow.source(), logits);
    List<Addition> additions = new ArrayList<>();
    int last = 0; // place of the last addition's sum
    for (int i = 1; i < bottlenecks.size(); i++) {
      Optional<Addition> addition = addition(bottlenecks.get(i - 1), bottlenecks.get(i));
      if (addition.isPresent()) {
        if (!additions.isEmpty()) {
          checkUnchanged(additions.getLast(), bottlenecks.subList(last, i));
        }
        additions.add(addition.get());
        last = i;
      }
    }
    if (additions.isEmpty()) {
      throw new CheckpointException("no residual stream was found: looked for additions that every path from the"
          + " embedding to '" + logits + "' runs through, found " + flow.between(flow.source(), logits).size()
          + " values on those paths and " + bottlenecks.size() + " common to all, none of them a sum of the stream and"
          + " what attention or an MLP makes of it");
    }
    return new ResidualStream(additions, bottlenecks.subList(last, bottlenecks.size()), biases);
  }

  private Optional<Addition> addition(String before, String after) {
    if (!flow.isSum(after)) {
      return Optional.empty();
    }
    List<String> summands = new ArrayList<>();
    Optional<String> read = summands(after, before, summands);
    if (read.isEmpty() || summands.isEmpty()) {
      return Optional.empty();
    }
    List<Branch> branches = new ArrayList<>();
    for (String summand : summands) {
      branches.addAll(branches(summand, before));
    }
    return Optional.of(new Addition(before, isStored(before, read.get()) ? read.get() : before, after,
        withFusedBias(after, branches)));
  }

  /// Collects what is added to `before`; the operand that is `before`, empty if the sum does not contain it.
  private Optional<String> summands(String sum, String before, List<String> summands) {
    Optional<String> found = Optional.empty();
    for (String operand : topology.maker(sum).orElseThrow().inputs()) {
      if (operand.isEmpty() || !flow.reaches(operand)) {
        continue;
      }
      if (found.isEmpty() && flow.same(operand, before)) {
        found = Optional.of(operand);
      } else if (found.isEmpty() && flow.isSum(operand) && flow.sumHolds(operand, before)) {
        found = summands(operand, before, summands);
      } else {
        summands.add(operand);
      }
    }
    return found;
  }

  /// Whether a sum reads the stream from fewer bits.
  private boolean isStored(String before, String read) {
    return !read.equals(before)
        && topology.maker(read).map(maker -> maker.type().equals("DequantizeLinear")).orElse(false);
  }

  /// One branch; two where a sum joins attention and an MLP that read the same stream.
  private List<Branch> branches(String summand, String before) {
    BranchKind kind = kind(before, summand);
    if (kind == BranchKind.ATTENTION && flow.isSum(summand)) {
      List<String> parts = topology.maker(summand).orElseThrow().inputs().stream().filter(flow::reaches).toList();
      List<Branch> both = parts.stream().map(part -> new Branch(part, part, kind(before, part))).toList();
      if (both.size() == 2 && both.get(0).kind() != both.get(1).kind()) {
        return both;
      }
    }
    return List.of(new Branch(summand, summand, kind));
  }

  private BranchKind kind(String before, String added) {
    return flow.attends(before, added) ? BranchKind.ATTENTION : BranchKind.MLP;
  }

  /// A fused norm that adds a bias adds it to its one branch.
  private List<Branch> withFusedBias(String sum, List<Branch> branches) {
    Optional<FusedNorm> norm = topology.fused(sum).filter(fused -> !fused.summands().bias().isEmpty());
    if (norm.isEmpty() || branches.size() != 1) {
      return branches;
    }
    Branch branch = branches.getFirst();
    biases.put(norm.get().node(), branch.value());
    return List.of(new Branch(branch.value(), norm.get().biased(), branch.kind()));
  }

  /// Between two additions nothing may happen to the stream.
  private void checkUnchanged(Addition previous, List<String> between) throws CheckpointException {
    for (String value : between.subList(1, between.size())) {
      Op op = topology.maker(value).orElseThrow();
      if (!Operators.PASSING.contains(op.type())) {
        throw new CheckpointException("the residual stream is not a sum: behind "
            + topology.described(previous.after()) + " (" + previous.kinds() + ") it goes through " + op.name()
            + ", as in models that normalise the stream itself, before more is added");
      }
    }
  }
}
