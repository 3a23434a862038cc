package org.striatum.studies.dopamine;

import java.io.IOException;
import java.util.List;
import org.striatum.probe.dopamine.DopamineFits;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.FitSpeed;
import org.striatum.probe.value.ValueFits;
import org.striatum.probe.value.ValueNeuronSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.fits.FitFile;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import org.striatum.studies.value.ProbeStep;

/// What a search for dopamine neurons takes, counted before it begins. How many continuations are drawn is known once the rollouts are
/// cut into steps: [ContinuationStep] says it before it draws any.
///
/// @param datasets in the run's order
/// @param hooks hook points whose states are stored
/// @param each fits to a data set that can be studied
/// @param width coordinates of the widest hook point
/// @param bytes of the probes that are kept, at most
public record DopamineCost(List<Dataset> datasets, int hooks, int width, DopamineFits each, long bytes) {
  /// A data set.
  ///
  /// @param rollouts that are cut into steps
  /// @param tokens of their completions: no more steps than that
  public record Dataset(String name, long problems, int rollouts, long tokens) {}

  public DopamineCost {
    datasets = List.copyOf(datasets);
  }

  /// At most about how many seconds the fits take, at a speed that is measured now, with fits of their width.
  ///
  /// @param settings of the value study, whose fits are measured with the networks
  public double seconds(DopamineStepSettings settings, ValueNeuronSettings values) {
    FitSpeed speed = FitSpeed.measured(values, datasets.stream().mapToInt(Dataset::rollouts).max().orElse(0), width);
    return datasets.stream().mapToDouble(one -> each.networks()
        * speed.network(settings.study().training(), new ValueFits.Size(0, one.tokens(), width))).sum();
  }

  /// The cost of a search over a run's rollouts.
  ///
  /// @throws UnfinishedStudyException if a study before it is not finished
  public static DopamineCost of(StudyRun run, DopamineStepSettings settings) throws IOException {
    run.folder().requireFinished(CaptureStep.STUDY);
    run.folder().requireFinished(RolloutStep.STUDY);
    run.folder().requireFinished(ProbeStep.STUDY);
    List<Dataset> datasets = ProblemSplit.byDataset(run.rollouts()).entrySet().stream()
        .map(own -> dataset(own.getKey(), own.getValue(), settings)).toList();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      return new DopamineCost(datasets, store.hooks().size(),
          store.hooks().stream().mapToInt(store::width).max().orElse(0),
          DopamineFits.of(settings.study(), store.hooks().size()),
          datasets.size() * store.hooks().stream()
              .mapToLong(hook -> FitFile.bytes(settings.study().training().hidden(), store.width(hook))).sum());
    }
  }

  private static Dataset dataset(String name, List<Rollout> own, DopamineStepSettings settings) {
    int cut = Math.min(own.size(), settings.continuations().rollouts());
    long tokens = own.stream().mapToLong(rollout -> rollout.tokens().length - rollout.promptLength()).sum();
    return new Dataset(name, own.stream().map(rollout -> rollout.problem().id()).distinct().count(), cut,
        own.isEmpty() ? 0 : tokens * cut / own.size());
  }
}
