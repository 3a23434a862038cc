package org.striatum.studies.rollouts;

import java.util.List;
import java.util.Optional;
import org.striatum.hooks.ModelFacts;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;

/// Sequences that must fit the positions a model can be run on, and prompts that must fit those it is for.
final class Positions {
  private final ModelFacts model;
  private final String what;
  private int sequences;
  private int over;
  private String longest = "";
  private long most;

  /// @param what the sequences are, in the plural
  Positions(ModelFacts model, String what) {
    this.model = model;
    this.what = what;
  }

  /// Counts one.
  ///
  /// @param place which problem
  /// @param length in positions
  void add(String place, long length) {
    sequences++;
    if (length > model.longest()) {
      over++;
      if (length > most) {
        most = length;
        longest = place;
      }
    }
  }

  /// Refuses a prompt that the model is not for, before others are encoded: a model that rotates can be run beyond its context, for as
  /// long as there is memory, and what it writes there is of no use.
  ///
  /// @param place which problem
  /// @throws BadDataException naming it, its length and the context
  static void requirePrompt(ModelFacts model, String place, int length) throws BadDataException {
    int context = model.context();
    if (length > context && context < model.longest()) { // else `requireAll` counts all that do not fit
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
  void requireAll() throws BadDataException {
    if (over > 0) {
      throw new BadDataException(
          "%s can be run on at most %d positions, and %d of %d %s need more: the longest, of %s, needs %d"
              .formatted(model.name(), model.longest(), over, sequences, what, longest, most));
    }
  }
}
