package org.striatum.hooks.engine;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.NearestNames;

/// What may be asked of a model. Every refusal is an [IllegalArgumentException] that states the rule and what was found.
///
/// @param model its name, for messages
/// @param vocabulary tokens are in [0, vocabulary)
/// @param longest positions that a sequence may have
/// @param widths hook point → its coordinates, in the order of the computation
public record ModelLimits(String model, int vocabulary, int longest, SortedMap<HookPoint, Integer> widths) {
  private static final long MOST_SHARES = 1L << 28;

  public ModelLimits {
    widths = Collections.unmodifiableSortedMap(new TreeMap<>(widths));
  }

  /// The limits of a decoder.
  public static ModelLimits of(String model, DecoderShape shape) {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    shape.hookPoints().forEach(hook -> widths.put(hook, shape.width(hook)));
    return new ModelLimits(model, shape.vocabulary(), shape.longest(), widths);
  }

  /// Hook points in the order of the computation.
  public List<HookPoint> hookPoints() {
    return List.copyOf(widths.keySet());
  }

  /// Coordinates of a hook point; refuses one that the model lacks.
  public int width(HookPoint hook) {
    Integer width = widths.get(hook);
    if (width == null) {
      if (hook.site() == Site.ATTN_PATTERN) {
        throw new IllegalArgumentException(
            hook + " is no rows of a width: attention patterns are read of one sequence, by themselves");
      }
      int last = widths.keySet().stream().mapToInt(HookPoint::layer).max().orElse(HookPoint.NO_LAYER);
      String sites = widths.keySet().stream().map(known -> known.site().printed()).distinct()
          .collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          "%s has no hook point %s: it has blocks 0 to %d, read at %s; the nearest are %s".formatted(model, hook, last,
              sites, String.join(", ",
                  NearestNames.of(hook.toString(), widths.keySet().stream().map(HookPoint::toString).toList()))));
    }
    return width;
  }

  /// Refuses what cannot be recorded: no sequences, tokens outside the vocabulary, sequences that are too long, absent
  /// hook points, gates of another width than their hook point's.
  public void checkRecording(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    check(sequences);
    hooks.forEach(this::width);
    check(gates);
  }

  /// Refuses patterns of attention that cannot be read, or held: absent layers, and more shares than 2²⁸ (1 GiB).
  ///
  /// @param heads of each layer
  public void checkAttention(TokenSequence sequence, SortedSet<Integer> layers, int heads, Gates gates) {
    checkRecording(List.of(sequence), Set.of(), gates);
    for (int layer : layers) {
      width(new HookPoint(layer, Site.HEAD_OUT)); // none where a recurrence stands in attention's place
    }
    double shares = (double) layers.size() * heads * sequence.length() * sequence.length();
    if (layers.isEmpty() || shares > MOST_SHARES) {
      throw new IllegalArgumentException(
          "attention patterns are read of at least one layer and at most %d shares together, found %d layers × %d heads × %d² positions"
              .formatted(MOST_SHARES, layers.size(), heads, sequence.length()));
    }
  }

  /// The number of rows in values of a width.
  ///
  /// @throws IllegalArgumentException if they are no whole rows
  public static int rows(float[] values, int width) {
    if (values.length == 0 || values.length % width != 0) {
      throw new IllegalArgumentException(
          "rows must have " + width + " coordinates each, found " + values.length + " numbers in all");
    }
    return values.length / width;
  }

  /// Refuses items that cannot be run, absent hook points, and no hook point at all.
  public void checkScoring(List<TokenSequence> items, Set<HookPoint> hooks) {
    check(items);
    hooks.forEach(this::width);
    if (hooks.isEmpty()) {
      throw new IllegalArgumentException("a scorer needs at least one hook point where gates may stand, found none");
    }
  }

  /// Refuses prompts that cannot be run to their last new token, prompts without a seed each, and empty batches.
  public void checkGeneration(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize) {
    check(prompts);
    check(gates);
    if (seeds.length != prompts.size()) {
      throw new IllegalArgumentException(
          "every prompt needs a seed, found " + prompts.size() + " prompts and " + seeds.length + " seeds");
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size must be ≥ 1, found " + batchSize);
    }
    int longestPrompt = prompts.stream().mapToInt(TokenSequence::length).max().orElseThrow();
    checkLength(longestPrompt + sampling.maxNewTokens() - 1L); // the last token drawn is not run
  }

  private void check(List<TokenSequence> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("nothing to run: at least one token sequence is needed, found none");
    }
    for (TokenSequence sequence : sequences) {
      checkLength(sequence.length());
      for (int token : sequence.tokens()) {
        if (token < 0 || token >= vocabulary) {
          throw new IllegalArgumentException("token ids must be in [0, " + vocabulary + "), found " + token);
        }
      }
    }
  }

  private void checkLength(long positions) {
    if (positions > longest) {
      throw new IllegalArgumentException(model + " can be run on at most " + longest + " positions, found " + positions
          + ": shorten the prompts or the number of new tokens");
    }
  }

  private void check(Gates gates) {
    gates.at().forEach((hook, gate) -> {
      if (gate.width() != width(hook)) {
        throw new IllegalArgumentException(
            "the gate at " + hook + " must have " + width(hook) + " coordinates, found " + gate.width());
      }
    });
  }
}
