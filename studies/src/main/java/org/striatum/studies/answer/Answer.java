package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/// One question and what the run found, case by case. A negative answer is worded as plainly as a positive one.
///
/// @param findings one a dataset, layer or pair of checkpoints; empty where it was not asked
public record Answer(Question question, List<Finding> findings) {
  public Answer {
    findings = List.copyOf(findings);
  }

  /// What was found in one case.
  ///
  /// @param of which case, e.g. a dataset
  /// @param reply in a word
  /// @param because the figures, with their intervals
  public record Finding(String of, Reply reply, String because) {}

  /// An answer in a word.
  public enum Reply {
    /// Shown.
    YES("yes"),
    /// Its opposite is shown, or the effect that would show it is absent.
    NO("no"),
    /// Yes in some cases and not in others.
    PARTLY("in part"),
    /// Yes in no case, and not no in all.
    NOT_SHOWN("not shown"),
    /// The data do not tell.
    UNDECIDED("undecided"),
    /// Not part of the run.
    NOT_ASKED("not asked");

    private final String word;

    Reply(String word) {
      this.word = word;
    }

    /// As a reader reads it.
    public String word() {
      return word;
    }

    @JsonCreator
    static Reply named(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    @JsonValue
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// All cases in one word: YES, NO or UNDECIDED where all say so; PARTLY where some say yes or in part; else NOT_SHOWN.
  public Reply reply() {
    if (findings.isEmpty()) {
      return Reply.NOT_ASKED;
    }
    Reply first = findings.getFirst().reply;
    if (findings.stream().allMatch(finding -> finding.reply == first)) {
      return first;
    }
    return findings.stream().anyMatch(finding -> finding.reply == Reply.YES || finding.reply == Reply.PARTLY)
        ? Reply.PARTLY
        : Reply.NOT_SHOWN;
  }

  /// The reply, and how many cases say yes: `in part (1 of 4 yes)`.
  public String brief() {
    return findings.isEmpty()
        ? reply().word()
        : "%s (%d of %d yes)".formatted(reply().word(),
            findings.stream().filter(finding -> finding.reply == Reply.YES).count(), findings.size());
  }
}
