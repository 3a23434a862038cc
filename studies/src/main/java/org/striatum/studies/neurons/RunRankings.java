package org.striatum.studies.neurons;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.baselines.BaselineStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.value.ProbeStep;

/// The rankings of a run, from which neuron sets are taken.
///
/// @param values of the value-neuron study
/// @param dopamine of the dopamine study; null if it was not run
/// @param baselines of the study of baselines; null if it was not run
public record RunRankings(ValueNeuronResults values, DopamineResults dopamine, BaselineResults baselines) {
  /// Reads the rankings of a run.
  ///
  /// @throws UsageException without value neurons
  public static RunRankings of(RunFolder folder) throws IOException {
    return new RunRankings(folder.results(ProbeStep.STUDY), folder.find(DopamineStep.STUDY).orElse(null),
        folder.find(BaselineStep.STUDY).orElse(null));
  }

  /// The number of coordinates of a studied hook point; 0 if it was not studied.
  public int width(String dataset, HookPoint hook) {
    return valueOrder(dataset, hook).size();
  }

  /// All coordinates of a layer by the value study's ranking, best first; empty if it was not studied.
  public List<Integer> valueOrder(String dataset, HookPoint hook) {
    return values.layers().stream().filter(layer -> layer.dataset().equals(dataset) && layer.hook().equals(hook))
        .findFirst().map(LayerProbes::order).orElse(List.of());
  }

  /// All coordinates of a layer by a baseline's ranking, best first; empty if it could not be computed there.
  ///
  /// @param set that needs it
  /// @throws UsageException if the study of baselines was not run
  public List<Integer> baselineOrder(String set, Baseline baseline, String dataset, HookPoint hook) {
    if (baselines == null) {
      throw new UsageException(set + " needs the study of baselines, which this run has not finished");
    }
    return baselines.order(baseline, dataset, hook).orElse(List.of());
  }

  /// The dopamine study's results at a layer; empty if it could not be studied.
  ///
  /// @param set that needs them
  /// @throws UsageException if the study was not run
  public Optional<LayerDopamine> dopamine(String set, String dataset, HookPoint hook) {
    if (dopamine == null) {
      throw new UsageException(set + " needs the dopamine study, which this run has not finished");
    }
    return dopamine.layers().stream().filter(layer -> layer.dataset().equals(dataset) && layer.hook().equals(hook))
        .findFirst();
  }
}
