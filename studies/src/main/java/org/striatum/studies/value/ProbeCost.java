package org.striatum.studies.value;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.FitSpeed;
import org.striatum.probe.value.ValueFits;
import org.striatum.probe.value.ValueNeuronStudy;
import org.striatum.studies.fits.FitFile;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;

/// What a search for value neurons takes, counted before it begins.
///
/// @param datasets in the run's order
/// @param hooks hook points whose states are stored
/// @param each fits to a data set that can be studied
/// @param width coordinates of the widest hook point
/// @param bytes of the probes that are kept, about
public record ProbeCost(List<Dataset> datasets, int hooks, int width, ValueFits each, long bytes) {
  /// A data set.
  ///
  /// @param rollouts in which value can be read
  /// @param states of all their tokens
  /// @param obstacle why nothing is fitted; null if it can be studied
  public record Dataset(String name, long problems, int rollouts, long states, String obstacle) {
    private static Dataset of(String name, List<Rollout> own, ProbeSettings settings) {
      Split split = settings.split().of(own);
      List<Rollout> read = own.stream().filter(rollout -> settings.at().in(rollout).isPresent()).toList();
      return new Dataset(name, own.stream().map(rollout -> rollout.problem().id()).distinct().count(), read.size(),
          read.stream().mapToLong(rollout -> rollout.tokens().length).sum(), obstacle(read, split));
    }

    private static String obstacle(List<Rollout> read, Split split) {
      try {
        for (Split.Fold fold : Split.Fold.values()) {
          List<Rollout> members = read.stream().filter(rollout -> split.of(rollout.problem().id()) == fold).toList();
          ValueNeuronStudy.requireBothOutcomes(fold,
              members.stream().filter(rollout -> rollout.reward() > 0.5).count(), members.size());
        }
        return null;
      } catch (NotEnoughData missing) {
        return missing.getMessage();
      }
    }

    public boolean isStudied() {
      return obstacle == null;
    }
  }

  public ProbeCost {
    datasets = List.copyOf(datasets);
  }

  /// About how many seconds the fits take, at a speed that is measured now, with fits of their size; 0 where nothing is fitted.
  public double seconds(ProbeSettings settings) {
    List<Dataset> studied = datasets.stream().filter(Dataset::isStudied).toList();
    if (studied.isEmpty()) {
      return 0;
    }
    double fitted = 1 - settings.split().test();
    FitSpeed speed = FitSpeed.measured(settings.study(),
        (int) (fitted * studied.stream().mapToInt(Dataset::rollouts).max().orElseThrow()), width);
    return studied.stream().mapToDouble(one -> each.seconds(speed, settings.study(), hooks,
        new ValueFits.Size(Math.round(fitted * one.rollouts()), Math.round(fitted * one.states()), width))).sum();
  }

  /// The cost of a search over a run's rollouts.
  ///
  /// @throws UnfinishedStudyException if the run has no rollouts or no states
  public static ProbeCost of(StudyRun run, ProbeSettings settings) throws IOException {
    run.key(ProbeStep.STUDY, settings); // refused, if something is not finished
    List<Dataset> datasets = new ArrayList<>();
    for (Map.Entry<String, List<Rollout>> own : ProblemSplit.byDataset(run.rollouts()).entrySet()) {
      datasets.add(Dataset.of(own.getKey(), own.getValue(), settings));
    }
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      long networks = store.hooks().stream()
          .mapToLong(hook -> FitFile.bytes(settings.study().training().hidden(), store.width(hook))).sum();
      return new ProbeCost(datasets, store.hooks().size(),
          store.hooks().stream().mapToInt(store::width).max().orElse(0),
          ValueFits.of(settings.study(), store.hooks().size()),
          datasets.stream().filter(Dataset::isStudied).count() * settings.study().targets().size() * networks);
    }
  }
}
