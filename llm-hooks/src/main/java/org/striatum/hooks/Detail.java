package org.striatum.hooks;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.hooks.text.SpecialTokenPolicy;
import org.striatum.hooks.text.SpecialTokenPolicy.Source;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;

/// A fact of a checkpoint that holds figures: people read it in words, programs read its components.
sealed interface Detail {
  /// Heads of attention.
  ///
  /// @param width coordinates of each
  /// @param keyValue how many have keys and values of their own
  record Heads(int count, int width, int keyValue) implements Detail {
    @Override
    public String toString() {
      return count + " × " + width + ", " + keyValue + " key-value";
    }
  }

  /// Tensors that nothing reads.
  ///
  /// @param tensors name with `*` for what alike names differ in → how many have it
  record Unread(@JsonValue SortedMap<String, Integer> tensors) implements Detail {
    public Unread {
      tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
    }

    @Override
    public String toString() {
      return tensors.isEmpty()
          ? "none"
          : tensors.entrySet().stream()
              .map(one -> one.getValue() == 1 ? one.getKey() : one.getKey() + " (" + one.getValue() + ")")
              .collect(Collectors.joining(" "));
    }
  }

  /// The graph that is made of a checkpoint.
  record GeneratedGraph(int bytes) implements Detail {
    @Override
    public String toString() {
      return bytes / 1000 + " kB; weights stay in the checkpoint's own files";
    }
  }

  /// How the weights of an ONNX file are rounded.
  ///
  /// @param weights whether they are
  /// @param activations whether activations are too, scaled by what a run sees
  record Quantised(boolean weights, boolean activations) implements Detail {
    @Override
    public String toString() {
      return !weights
          ? "no"
          : activations ? "yes, activations scaled by what a run sees: sequences run alone" : "yes";
    }
  }

  /// Token ids that a tokenizer knows and the embedding does not.
  ///
  /// @param last included
  record BeyondEmbedding(int first, int last) implements Detail {
    @Override
    public String toString() {
      return first + " to " + last + ": a text that uses one is refused";
    }
  }

  /// Special tokens around a text, and what decides about them.
  record Around(List<SpecialToken> before, List<SpecialToken> after, Source by) implements Detail {
    static Around of(SpecialTokenPolicy policy) {
      return new Around(policy.before(), policy.after(), policy.source());
    }

    @Override
    public String toString() {
      return new SpecialTokenPolicy(before, after, by, List.of()) + ", by " + by;
    }
  }

  /// The token that ends an answer by a chat template.
  ///
  /// @param token null if none was found
  /// @param ends whether it is among the tokens that end a sequence
  record EndOfTurn(SpecialToken token, boolean ends) implements Detail {
    @Override
    public String toString() {
      return token == null
          ? "none found"
          : token + ", by rendering an answer" + (ends ? "" : "; not among the tokens that end a sequence");
    }
  }
}
