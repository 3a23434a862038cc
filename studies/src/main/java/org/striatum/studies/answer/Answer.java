package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/// One question and the run's results, case by case. A negative answer is stated as clearly as a positive one.
///
/// @param findings one per dataset, layer or pair of checkpoints; empty if it was not tested
public record Answer(Question question, List<Finding> findings) {
  public Answer {
    findings = List.copyOf(findings);
  }

  /// The result in one case.
  ///
  /// @param of which case, e.g. a dataset
  /// @param reply in one word
  /// @param because the figures, with their intervals
  public record Finding(String of, Reply reply, String because) {}

  /// An answer in one word.
  public enum Reply {
    /// Shown.
    YES("yes"),
    /// Its opposite is shown, or the effect that would show it is absent.
    NO("no"),
    /// Yes in some cases and not in others.
    PARTLY("in part"),
    /// Yes in no case, and not no in all.
    NOT_SHOWN("not shown"),
    /// The data allow both answers.
    UNDECIDED("undecided"),
    /// Not part of the run.
    NOT_ASKED("not asked");

    private final String word;

    Reply(String word) {
      this.word = word;
    }

    /// As shown to a reader.
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

  /// All cases in one word: YES, NO or UNDECIDED if all agree; PARTLY if some say yes or in part; otherwise NOT_SHOWN.
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

  /// The reply, and the number of cases with a yes: `in part (1 of 4 yes)`.
  public String brief() {
    return findings.isEmpty()
        ? reply().word()
        : "%s (%d of %d yes)".formatted(reply().word(),
            findings.stream().filter(finding -> finding.reply == Reply.YES).count(), findings.size());
  }
}
