package org.striatum.studies.rollouts;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.ModelFacts;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;

/// Sequences that must fit the positions a model can be run on, and prompts that must fit those it is for.
final class Positions {
  private Positions() {}

  /// @param what of a problem it is, in the plural
  /// @param place which problem
  /// @param length in positions
  record Sequence(String what, String place, long length) {}

  /// Refuses a prompt that the model is not for, before others are encoded: a model that rotates can be run beyond its context, for as
  /// long as there is memory, and what it writes there is of no use.
  ///
  /// @param place which problem
  /// @throws BadDataException naming it, its length and the context
  static void requirePrompt(ModelFacts model, String place, int length) throws BadDataException {
    int context = model.context();
    if (length > context && context < model.longest()) { // else `require` counts all that do not fit
      throw new BadDataException("%s is for a context of %d tokens, and the prompt of %s has %d".formatted(model.name(),
          context, place, length));
    }
  }

  /// What is to be said of completions that went beyond the context; empty if none did.
  static Optional<String> beyond(ModelFacts model, List<Rollout> rollouts) {
    long beyond = rollouts.stream().filter(rollout -> rollout.tokens().length > model.context()).count();
    return beyond == 0
        ? Optional.empty()
        : Optional
            .of("%d of %d completions go beyond the %d tokens with their prompt that %s is for: let them be shorter"
                .formatted(beyond, rollouts.size(), model.context(), model.name()));
  }

  /// Refuses all together, before any is run.
  ///
  /// @throws BadDataException naming how many do not fit, and the longest
  static void require(ModelFacts model, List<Sequence> sequences) throws BadDataException {
    List<Sequence> over = sequences.stream().filter(one -> one.length() > model.longest()).toList();
    if (!over.isEmpty()) {
      Sequence longest = Collections.max(over, Comparator.comparingLong(Sequence::length));
      throw new BadDataException(
          "%s can be run on at most %d positions, and %d of %d %s need more: the longest, of %s, needs %d"
              .formatted(model.name(), model.longest(), over.size(), sequences.size(), longest.what(),
                  longest.place(), longest.length()));
    }
  }
}
