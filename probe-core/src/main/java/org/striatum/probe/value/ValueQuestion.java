package org.striatum.probe.value;

import java.util.Locale;
import org.striatum.probe.run.Printed;
import org.striatum.probe.stats.Verdict;

/// What is asked of the reading of value on a dataset.
public enum ValueQuestion implements Printed {
  /// Does the state predict success?
  PREDICTS(Arrangement.ALONE, Verdict.NOT_TESTED),
  /// Do few coordinates do what all do? Where no planted code is called sparse, equivalence has failed for want of problems.
  SPARSE(Arrangement.ALONE, Verdict.UNDECIDED),
  /// Are single coordinates its unit?
  ALIGNED(Arrangement.BESIDE, Verdict.NOT_TESTED),
  /// Is it more than the prompt's length?
  MORE_THAN_LENGTH(Arrangement.BESIDE, Verdict.NOT_TESTED);

  private final Arrangement arrangement;
  private final Verdict blind;

  ValueQuestion(Arrangement arrangement, Verdict blind) {
    this.arrangement = arrangement;
    this.blind = blind;
  }

  /// Where a code is planted.
  public enum Arrangement implements Printed {
    /// In states dealt to other problems: nothing else there is about the outcome.
    ALONE("alone"),
    /// In the states as they are.
    BESIDE("beside the real code");

    private final String printed;

    Arrangement(String printed) {
      this.printed = printed;
    }

    @Override
    public String printed() {
      return printed;
    }

    /// As it is printed.
    @Override
    public String toString() {
      return printed();
    }
  }

  /// The arrangement whose power decides whether *no* is an answer.
  public Arrangement arrangement() {
    return arrangement;
  }

  /// The answer where nothing that was planted is found.
  Verdict blind() {
    return blind;
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// As it is printed.
  @Override
  public String toString() {
    return printed();
  }
}
