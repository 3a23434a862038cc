package org.striatum.studies.value;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.StepValues;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueProbeTraining.Target;
import org.striatum.studies.fits.Fit;
import org.striatum.studies.fits.Fits;

/// V̂ by a data set's value probe: of the hook points and targets studied, the one that predicts best on validation problems,
/// as `probe` fitted it and reported its AUROC.
///
/// @param found results of `probe`
/// @param fits its probes
public record ProbedValues(String dataset, ValueNeuronResults found, Fits fits) {
  private record Candidate(HookPoint hook, Target target, double validation) {}

  /// The probe; empty if the data set has none.
  public Optional<Fit.Value> best() {
    return found.layers().stream().filter(layer -> layer.dataset().equals(dataset)).flatMap(this::candidates)
        .max(Comparator.comparingDouble(Candidate::validation))
        .flatMap(best -> fits.value(dataset, best.hook(), best.target().printed()));
  }

  /// Reads V̂ before every step of the chosen rollouts; NaN if the data set has no value probe.
  ///
  /// @param states of the chosen ones
  /// @param steps of the chosen ones
  public StepValues read(Map<HookPoint, Trajectories> states, List<Steps> steps) {
    return best()
        .<StepValues>map(fit -> StepValues.Probe.read(fit.network(), states.get(fit.hook()), steps,
            "value probe " + fit.probe() + " at " + fit.hook()))
        .orElseGet(() -> new StepValues.Probe(steps.stream().map(cut -> unknown(cut.count())).toArray(double[][]::new),
            "no value probe: " + dataset + " has none"));
  }

  private Stream<Candidate> candidates(LayerProbes layer) {
    return Stream.of(Target.values()).flatMap(target -> layer.probes().stream()
        .filter(one -> one.probe() == ProbeKind.of(target) && !Double.isNaN(one.validation()))
        .map(one -> new Candidate(layer.hook(), target, one.validation())));
  }

  private static double[] unknown(int steps) {
    return IntStream.range(0, steps).mapToDouble(_ -> Double.NaN).toArray();
  }
}
