package org.striatum.studies.registration;

import org.striatum.probe.run.Printed;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.answer.Question;

/// The effect at which a question is to be answered *yes*, and how large it is where nobody says otherwise.
public enum PlannedEffect implements Printed {
  /// On new problems.
  PREDICTS("predicts", Question.READABLE, "AUROC of the fitted probe", 0.5, 1, 0.65),
  /// Of the best sum of the code's coordinates.
  SPARSE("sparse", Question.SPARSE, "AUROC of a code in six coordinates", 0.5, 1, 0.75),
  /// Likewise.
  ALIGNED("aligned", Question.BASIS_ALIGNED, "AUROC of a code in six coordinates", 0.5, 1, 0.75),
  /// Independent of the prompt's length.
  MORE("more", Question.MORE_THAN_LENGTH, "AUROC of a code beside prompt length", 0.5, 1, 0.7),
  /// By generation.
  USED("used", Question.USED, "drop of accuracy", 0, 1, 0.1),
  /// Of one coordinate.
  DOPAMINE("dopamine", Question.DOPAMINE, "correlation with δ", 0, 1, 0.35),
  /// As the study plants it.
  TRANSFER("transfer", Question.TASKS, "share of a code that two sets have in common", 0, 1, 0.5),
  /// Over choosing steps at random.
  SEARCH("search", Question.SEARCH, "gain of accuracy", 0, 1, 0.1);

  private final String printed;
  private final Question question;
  private final String unit;
  private final double above;
  private final double below;
  private final double usual;

  PlannedEffect(String printed, Question question, String unit, double above, double below, double usual) {
    this.printed = printed;
    this.question = question;
    this.unit = unit;
    this.above = above;
    this.below = below;
    this.usual = usual;
  }

  public Question question() {
    return question;
  }

  /// What its size is.
  public String unit() {
    return unit;
  }

  /// Its size where nothing else is said.
  public double usual() {
    return usual;
  }

  /// A size.
  ///
  /// @throws UsageException outside the range
  public double checked(double size) {
    if (!(size > above && size < below)) {
      throw new UsageException("the effect '%s' (%s) must be in (%s, %s), found %s".formatted(printed, unit,
          PlanText.figure(above), PlanText.figure(below), PlanText.figure(size)));
    }
    return size;
  }

  @Override
  public String printed() {
    return printed;
  }

  @Override
  public String toString() {
    return printed;
  }
}
