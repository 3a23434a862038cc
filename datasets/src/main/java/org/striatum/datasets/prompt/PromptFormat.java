package org.striatum.datasets.prompt;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.grading.Reading;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.Sha256;

/// How the problems of a run were asked, and how its completions are read.
///
/// @param chat the template that wrote the prompts; null where they are plain text
/// @param shots worked examples before each question
/// @param stops dataset → texts that end a completion
/// @param endOfTurn tokens that end a message, beside those that end a sequence
/// @param thinking markers around thoughts, which are not graded
public record PromptFormat(Chat chat, Shots shots, SortedMap<String, List<String>> stops, List<Integer> endOfTurn,
    Thinking thinking) {
  /// Plain text as it stands, without stops.
  public static final PromptFormat PLAIN = new PromptFormat(null, Shots.NONE, new TreeMap<>(), List.of(),
      Thinking.USUAL);

  public PromptFormat {
    stops = Collections.unmodifiableSortedMap(new TreeMap<>(stops));
    endOfTurn = List.copyOf(endOfTurn);
  }

  /// A chat template and what it was told.
  ///
  /// @param template its name
  /// @param origin where it was found
  /// @param sha256 of its text
  /// @param system the first message; null for none
  /// @param arguments further values, as JSON
  /// @param date that it was told, ISO-8601; null where it does not ask
  public record Chat(String template, String origin, Sha256 sha256, String system, SortedMap<String, String> arguments,
      String date) {
    public Chat {
      arguments = Collections.unmodifiableSortedMap(new TreeMap<>(arguments));
    }
  }

  /// Worked examples.
  ///
  /// @param count of each data set
  /// @param seed that chose them; null for the first ones
  /// @param files dataset → checksum of the file they are from; empty for generated sets
  public record Shots(int count, Long seed, SortedMap<String, Sha256> files) {
    public static final Shots NONE = new Shots(0, null, new TreeMap<>());

    public Shots {
      files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
      if (count < 0) {
        throw new IllegalArgumentException("the number of shots must be ≥ 0, found " + count);
      }
    }
  }

  /// Markers around thoughts. A prompt that ends with the first one has begun a thought.
  public record Thinking(String open, String close) {
    public static final Thinking USUAL = new Thinking("<think>", "</think>");

    public Thinking {
      if (open.isEmpty() || close.isEmpty() || open.equals(close)) {
        throw new IllegalArgumentException(
            "thinking has two different markers, found '" + open + "' and '" + close + "'");
      }
    }

  }

  /// Which part of a dataset's completions is graded, as far as it does not hang on the prompt ([Reading#behind]).
  public Reading reading(String dataset) {
    return new Reading(thinking.open, thinking.close, false, stops(dataset));
  }

  /// How a completion ended. Where nobody says that, a thought that it began itself and did not close does.
  ///
  /// @param finished whether a token or text ended it, rather than the token limit; empty if it is not known
  public Ending ending(Problem problem, String completion, Optional<Boolean> finished) {
    Reading reading = reading(problem.dataset());
    if (finished.isEmpty()) {
      return reading.graded(completion).isEmpty() ? Ending.CUT_IN_THOUGHT : Ending.UNKNOWN;
    }
    boolean inThought = reading.behind(problem.prompt()).graded(completion).isEmpty();
    return finished.get() ? Ending.ENDED : inThought ? Ending.CUT_IN_THOUGHT : Ending.CUT_OFF;
  }

  /// Texts that end a dataset's completions.
  public List<String> stops(String dataset) {
    return stops.getOrDefault(dataset, List.of());
  }

  /// How a dataset's completions are drawn.
  public Sampling onto(Sampling sampling, String dataset) {
    return sampling.withStops(stops(dataset)).withStopTokens(endOfTurn);
  }

  /// In a few words, for a reader.
  public String printed() {
    return shots.count == 0 ? writer() : writer() + ", " + shots.count + (shots.count == 1 ? " shot" : " shots");
  }

  /// What writes the prompts, in a few words.
  public String writer() {
    return chat == null ? "plain text" : "chat template '" + chat.template + "' (" + chat.origin + ")";
  }
}
