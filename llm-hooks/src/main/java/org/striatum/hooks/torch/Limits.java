package org.striatum.hooks.torch;

import java.util.List;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// What a model can be asked for. Every refusal is an [IllegalArgumentException] that names the rule and what was found.
///
/// @param model the checkpoint's name, for messages
/// @param shape its sizes
record Limits(String model, DecoderShape shape) {
  /// How many coordinates a hook point has; refuses one that the model lacks.
  public int width(HookPoint hook) {
    if (!shape.has(hook)) {
      throw new IllegalArgumentException(model + " has blocks 0 to " + (shape.layers() - 1)
          + (shape.parallel() ? ", attention and MLP in parallel" : "") + ", found hook point " + hook);
    }
    return shape.width(hook);
  }

  /// Refuses an empty list, sequences that are too long and tokens outside the vocabulary.
  public void check(List<TokenSequence> sequences) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("nothing to run: give at least one token sequence");
    }
    for (TokenSequence sequence : sequences) {
      checkLength(sequence.length());
      for (int token : sequence.tokens()) {
        if (token < 0 || token >= shape.vocabulary()) {
          throw new IllegalArgumentException(
              "token ids must be in [0, " + shape.vocabulary() + "), found " + token);
        }
      }
    }
  }

  /// Refuses more positions than the model has.
  public void checkLength(int positions) {
    if (positions > shape.longest()) {
      throw new IllegalArgumentException(model + " can be run on at most " + shape.longest() + " positions, found "
          + positions + ": shorten the prompts or the number of new tokens");
    }
  }

  /// Refuses gates of another width than their hook point's.
  public void check(Gates gates) {
    gates.at().forEach((hook, gate) -> {
      if (gate.width() != width(hook)) {
        throw new IllegalArgumentException(
            "the gate at " + hook + " must have " + width(hook) + " coordinates, found " + gate.width());
      }
    });
  }

  /// Refuses prompts without a seed each, and empty batches.
  public void checkGeneration(List<TokenSequence> prompts, long[] seeds, int batchSize) {
    check(prompts);
    if (seeds.length != prompts.size()) {
      throw new IllegalArgumentException(
          "every prompt needs a seed, found " + prompts.size() + " prompts and " + seeds.length + " seeds");
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("batch size must be ≥ 1, found " + batchSize);
    }
  }
}
