package org.striatum.studies;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.about.AboutStep;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.baselines.BaselineStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.intervention.MediationStep;
import org.striatum.studies.intervention.SurpriseStep;
import org.striatum.studies.mnist.MnistStep;
import org.striatum.studies.nta.NtaStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.Study.Scope;
import org.striatum.studies.series.SeriesStep;
import org.striatum.studies.splits.SplitsStep;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// All studies, in the order in which a full study runs them; those that it does not run are asked for by name. Everything that
/// handles studies uses this list.
///
/// @param studies with distinct names
public record StudyRegistry(List<Study<?, ?>> studies) {
  public StudyRegistry {
    List<Study<?, ?>> all = List.copyOf(studies);
    studies = all.stream().<Study<?, ?>>map(study -> study instanceof AnswersStep step ? step.asking(all) : study)
        .toList();
    if (studies.stream().map(Study::name).distinct().count() < studies.size()) {
      throw new IllegalArgumentException(
          "studies must have distinct names, found " + studies.stream().map(Study::name).toList());
    }
  }

  /// The studies of this program.
  public static StudyRegistry standard() {
    return new StudyRegistry(List.of(
        RolloutStep.STUDY,
        CaptureStep.STUDY,
        ProbeStep.STUDY,
        AboutStep.STUDY,
        SplitsStep.STUDY,
        ContinuationStep.STUDY,
        DopamineStep.STUDY,
        AblationStep.STUDY,
        ConfidenceStep.STUDY,
        SearchStep.STUDY,
        BaselineStep.STUDY,
        SurpriseStep.STUDY,
        MediationStep.STUDY,
        GateStep.STUDY,
        MnistStep.STUDY,
        NtaStep.STUDY,
        SeriesStep.STUDY,
        CompareStep.STUDY,
        AnswersStep.STUDY));
  }

  /// The same list with a study in place of the one with its name; a new one is placed before those that compare checkpoints.
  public StudyRegistry with(Study<?, ?> study) {
    List<Study<?, ?>> all = new ArrayList<>(studies);
    int place = studies.stream().map(Study::name).toList().indexOf(study.name());
    if (place >= 0) {
      all.set(place, study);
    } else {
      int comparisons = (int) all.stream().takeWhile(one -> one.scope() != Scope.COMPARISON).count();
      all.add(comparisons, study);
    }
    return new StudyRegistry(all);
  }

  /// The study with a name.
  ///
  /// @throws UsageException if there is none, listing those that there are
  public Study<?, ?> named(String name) {
    return find(name).orElseThrow(() -> new UsageException(
        "there is no study '" + name + "': the studies are " + studies.stream().map(Study::name).toList()
            + NearestNames.meant(name, studies.stream().map(one -> one.name()).toList())));
  }

  /// The study that a step of a manifest is of.
  public Optional<Study<?, ?>> ofStep(String step) {
    return find(step.split("/", 2)[0]);
  }

  private Optional<Study<?, ?>> find(String name) {
    for (Study<?, ?> study : studies) {
      if (study.name().equals(name)) {
        return Optional.of(study);
      }
    }
    return Optional.empty();
  }

  /// The step that answers all questions from what these studies have found.
  public AnswersStep answers() {
    return AnswersStep.STUDY.asking(studies);
  }

  /// Those of any of these scopes, in order.
  public List<Study<?, ?>> of(Scope... scopes) {
    return studies.stream().filter(study -> Arrays.asList(scopes).contains(study.scope())).toList();
  }
}
