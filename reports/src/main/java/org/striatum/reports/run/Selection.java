package org.striatum.reports.run;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;

/// The hook point and probe that represent a dataset: those with the highest AUROC on **validation** problems, so that
/// the test figure shown for them is not the best of many test figures.
///
/// @param summary the dataset
/// @param layer every probe at the chosen hook point
/// @param probe the chosen one
record Selection(DatasetSummary summary, LayerProbes layer, ProbeAuroc probe) {
  private static final double LEVEL = 0.05;

  /// Chooses for one dataset; empty if no probe was fitted on it.
  static Optional<Selection> of(ValueNeuronResults results, DatasetSummary dataset) {
    return results.layers().stream().filter(layer -> layer.dataset().equals(dataset.dataset()))
        .flatMap(layer -> layer.probes().stream().map(probe -> new Selection(dataset, layer, probe)))
        .reduce((best, next) -> comparable(next.probe) > comparable(best.probe) ? next : best);
  }

  /// One selection per dataset that has any, in the datasets' order.
  static List<Selection> all(ValueNeuronResults results) {
    return results.datasets().stream().flatMap(dataset -> of(results, dataset).stream()).toList();
  }

  /// Every hook point of a dataset in the order of the computation.
  static List<LayerProbes> layers(ValueNeuronResults results, String dataset) {
    return results.layers().stream().filter(layer -> layer.dataset().equals(dataset))
        .sorted(Comparator.comparing(LayerProbes::hook)).toList();
  }

  String dataset() {
    return summary.dataset();
  }

  HookPoint hook() {
    return layer.hook();
  }

  /// Whether the test interval lies above chance and shuffled rewards do not reach the same. What could not be computed
  /// counts against it.
  boolean predicts() {
    return probe.test().low() > 0.5 && layer.shuffled().p() < LEVEL;
  }

  /// Whether the probe is better than the length of the prompt.
  boolean beatsPromptLength() {
    return !(summary.promptLengthAuroc().value() >= probe.test().value());
  }

  /// The sparse probe at the chosen hook point.
  Optional<ProbeAuroc> sparse() {
    return layer.probes().stream().filter(p -> p.probe() == ProbeKind.SPARSE).findFirst();
  }

  private static double comparable(ProbeAuroc probe) {
    return Double.isNaN(probe.validation()) ? Double.NEGATIVE_INFINITY : probe.validation();
  }
}
