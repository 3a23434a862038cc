package org.striatum.hooks.surgery;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.CheckpointException;

/// A residual stream: the additions that every path from the embedding to the logits runs through.
///
/// @param additions in order, at least one
/// @param leaving what every path runs through from the last sum to the logits, both included
/// @param biases node → the summand to which it adds a bias; a value only once that fused node is taken apart
record ResidualStream(List<Addition> additions, List<String> leaving, Map<Integer, String> biases) {
  /// One addition to the stream.
  ///
  /// @param before the stream that is added to
  /// @param read the same as the sum reads it: floating-point where `before` is stored in fewer bits
  /// @param after the sum
  record Addition(String before, String read, String after, List<Branch> branches) {
    String kinds() {
      return branches.stream().map(branch -> branch.kind().printed()).collect(Collectors.joining(" + "));
    }

    boolean isOnly(BranchKind kind) {
      return branches.size() == 1 && branches.getFirst().kind() == kind;
    }
  }

  /// What is added.
  ///
  /// @param value as the graph calls it
  /// @param result the same with a fused bias added, else the same
  record Branch(String value, String result, BranchKind kind) {}

  /// Which part of a block adds.
  enum BranchKind {
    ATTENTION("attention"), MLP("MLP");

    private final String printed;

    BranchKind(String printed) {
      this.printed = printed;
    }

    String printed() {
      return printed;
    }
  }

  ResidualStream {
    additions = List.copyOf(additions);
    leaving = List.copyOf(leaving);
    biases = Map.copyOf(biases);
  }

  /// Whether attention and MLP read the same stream and are added at once.
  boolean parallel() {
    return additions.getFirst().branches().size() == 2;
  }

  int layers() {
    return parallel() ? additions.size() : additions.size() / 2;
  }

  /// Refuses a stream whose additions do not make blocks.
  void checkBlocks() throws CheckpointException {
    boolean regular = parallel() || additions.size() % 2 == 0;
    for (int i = 0; i < additions.size(); i++) {
      List<Branch> branches = additions.get(i).branches();
      regular &= parallel()
          ? branches.size() == 2 && branches.get(0).kind() != branches.get(1).kind()
          : additions.get(i).isOnly(i % 2 == 0 ? BranchKind.ATTENTION : BranchKind.MLP);
    }
    if (!regular) {
      throw new CheckpointException("no transformer blocks were found: looked for attention and MLP added in turn (or"
          + " together), found " + additions.size() + " additions to the stream: "
          + additions.stream().limit(8).map(Addition::kinds).toList() + (additions.size() > 8 ? " …" : ""));
    }
  }
}
