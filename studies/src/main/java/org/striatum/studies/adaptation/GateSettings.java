package org.striatum.studies.adaptation;

import java.util.List;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSets;
import org.striatum.peft.llm.AdaptationSettings;
import org.striatum.peft.llm.ModeProblems;

/// Settings of an adaptation study.
///
/// @param mode problem set the model is specialised to
/// @param beside other tasks that are tested, by name
/// @param arms which, and on which neurons
/// @param counts of problems
/// @param adaptation how every arm is trained
public record GateSettings(String mode, List<String> beside, GateArms arms, ModeProblems.Counts counts,
    AdaptationSettings adaptation) {
  /// Tasks that the bundled checkpoints were trained on: forgetting is measured on all except the mode.
  private static final List<String> FAMILIES = ProblemSets.KNOWN.stream()
      .filter(set -> set.name().equals(set.family())).map(ProblemSet::name).toList();

  public GateSettings {
    beside = List.copyOf(beside);
    if (beside.contains(mode)) {
      throw new IllegalArgumentException("tasks tested for forgetting must be other tasks than the mode, found "
          + mode + " among " + beside);
    }
  }

  /// Multiplication, all arms except the largest coordinates, the other families tested.
  public static GateSettings defaults() {
    return new GateSettings("mul", others("mul"), GateArms.defaults(), ModeProblems.Counts.defaults(),
        AdaptationSettings.defaults());
  }

  private static List<String> others(String mode) {
    return FAMILIES.stream().filter(family -> !family.equals(mode)).toList();
  }

  /// The same for another mode, the other families tested.
  public GateSettings withMode(String other) {
    return new GateSettings(other, others(other), arms, counts, adaptation);
  }

  /// The same with another seed of everything.
  public GateSettings withSeed(long other) {
    return withAdaptation(adaptation.withSeed(other));
  }

  /// The same with other tasks tested.
  public GateSettings withBeside(List<String> others) {
    return new GateSettings(mode, others, arms, counts, adaptation);
  }

  /// The same with other arms.
  public GateSettings withArms(GateArms others) {
    return new GateSettings(mode, beside, others, counts, adaptation);
  }

  /// The same on more or fewer problems.
  public GateSettings withCounts(ModeProblems.Counts others) {
    return new GateSettings(mode, beside, arms, others, adaptation);
  }

  /// The same with another training of every arm.
  public GateSettings withAdaptation(AdaptationSettings other) {
    return new GateSettings(mode, beside, arms, counts, other);
  }
}
