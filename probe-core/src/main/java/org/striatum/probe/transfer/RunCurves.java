package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.TransferResults.Curve;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;

/// A run's own figures by depth, which say something beside another architecture's.
final class RunCurves {
  private static final double PRUNED = 0.99;
  private static final Estimate NONE = Estimate.exact(Double.NaN);
  private static final PruningPoint NOT_PRUNED = new PruningPoint(Double.NaN, 0, NONE, Double.NaN, Double.NaN);

  private RunCurves() {}

  static List<Curve> of(ComparedRun run) {
    Map<String, DatasetSummary> summaries = run.values().datasets().stream()
        .collect(Collectors.toMap(DatasetSummary::dataset, Function.identity(), (one, _) -> one));
    int blocks = run.values().layers().stream().mapToInt(layer -> layer.hook().layer() + 1).max().orElse(0);
    List<Curve> curves = new ArrayList<>();
    for (LayerProbes layer : run.values().layers()) {
      DatasetSummary summary = summaries.get(layer.dataset());
      PruningPoint pruned = pruned(layer);
      curves.add(new Curve(new Place(run.name(), layer.dataset()), run.architecture(), layer.hook(),
          layer.hook().site().inBlock() ? (layer.hook().layer() + 1.0) / blocks : Double.NaN,
          summary == null ? NONE : summary.accuracy(), summary == null ? NONE : summary.promptLengthAuroc(),
          auroc(layer, ProbeKind.LINEAR), auroc(layer, ProbeKind.TD), pruned.auroc(), pruned.ratio()));
    }
    return curves;
  }

  private static Estimate auroc(LayerProbes layer, ProbeKind probe) {
    return layer.probes().stream().filter(one -> one.probe() == probe).map(ProbeAuroc::test).findFirst()
        .orElse(NONE);
  }

  private static PruningPoint pruned(LayerProbes layer) {
    return layer.pruning().stream().filter(curve -> curve.retrained() && curve.ranking() == layer.ranking())
        .flatMap(curve -> curve.points().stream()).filter(point -> point.ratio() <= PRUNED)
        .max(Comparator.comparingDouble(PruningPoint::ratio)).orElse(NOT_PRUNED);
  }
}
