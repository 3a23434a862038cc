package org.striatum.studies.rollouts;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.datasets.ProblemSource;
import org.striatum.probe.run.BadDataException;

/// What a reader should know of imported completions, counted.
final class ImportDoubts {
  private final ProblemSource source;
  private final String close;
  private int read;
  private int carried;
  private int shortened;
  private int insideThought;
  private int otherwise;
  private String firstOtherwise = "";

  /// @param close the marker that closes a thought
  ImportDoubts(ProblemSource source, String close) {
    this.source = source;
    this.close = close;
  }

  /// Of one completion.
  ///
  /// @param shortened whether it goes on behind a stop or the end of its turn
  /// @param insideThought whether it never leaves the thought that its prompt began
  /// @param carried whether the file has its tokens
  /// @param otherwise what these read, where that is not its text
  record Seen(boolean shortened, boolean insideThought, boolean carried, Optional<String> otherwise) {}

  void add(Seen seen) {
    read++;
    carried += seen.carried ? 1 : 0;
    shortened += seen.shortened ? 1 : 0;
    insideThought += seen.insideThought ? 1 : 0;
    if (seen.otherwise.isPresent() && otherwise++ == 0) {
      firstOtherwise = seen.otherwise.get();
    }
  }

  /// One line each.
  ///
  /// @throws BadDataException if more than half of the carried tokens are not those of their text
  List<String> told() throws BadDataException {
    if (2 * otherwise > carried) {
      throw new BadDataException(otherwise());
    }
    List<String> doubts = new ArrayList<>();
    if (otherwise > 0) {
      doubts.add(otherwise() + "; its tokens are used");
    }
    if (shortened > 0) {
      doubts.add("%s: %d of %d completions go on behind a stop or the end of their turn: they are cut there".formatted(
          source.file(), shortened, read));
    }
    if (insideThought > 0) {
      doubts.add(
          "%s: %d of %d completions stand behind a prompt that begins a thought, and have no '%s': no answer is read"
              .formatted(source.file(), insideThought, read, close));
    }
    return doubts;
  }

  private String otherwise() {
    return "%s: the tokens of %d of %d completions are not those of their text (%s)".formatted(source.file(), otherwise,
        carried, firstOtherwise);
  }
}
