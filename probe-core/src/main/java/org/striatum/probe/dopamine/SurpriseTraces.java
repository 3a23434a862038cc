package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineResults.Trace;
import org.striatum.probe.dopamine.DopamineResults.TracePoint;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.FiniteValues;
import org.striatum.probe.value.Trajectories;

/// Activations token by token around surprises, rollouts aligned at the first token of the surprising step. (arXiv
/// 2602.00986v1, §5; the band and the control coordinates are ours.)
final class SurpriseTraces {
  private final DopamineSettings settings;
  private final Surprises surprises;

  /// @param steps to look through, rollout after rollout
  SurpriseTraces(List<ValuedStep> steps, Trajectories rollouts, DopamineSettings settings) {
    this.settings = settings;
    this.surprises = Surprises.among(steps, rollouts, settings);
  }

  /// How many rollouts hold a surprise of a kind.
  int count(Surprise surprise) {
    return surprises.of(surprise).size();
  }

  /// Traces coordinates through every kind of surprise that occurs.
  ///
  /// @param scale moments of training tokens
  /// @param controls coordinates behind the control band
  List<Trace> of(Trajectories states, Standardisation scale, int[] coordinates, int[] controls,
      RandomGenerator random) {
    List<Trace> traces = new ArrayList<>();
    for (Surprise surprise : Surprise.values()) {
      List<ValuedStep> steps = surprises.of(surprise);
      if (steps.isEmpty()) {
        continue;
      }
      double[][][] shown = new double[coordinates.length][][]; // coordinate → (surprises, offsets)
      double[][][] beside = new double[controls.length][][];
      read(states, scale, steps, coordinates, shown, controls, beside);
      String[] problems = ValuedStep.problems(steps);
      for (int c = 0; c < coordinates.length; c++) {
        List<TracePoint> points = new ArrayList<>();
        for (int o = 0; o < offsets(); o++) {
          int column = o;
          int[] there = IntStream.range(0, steps.size())
              .filter(i -> !Double.isNaN(shown[0][i][column])).toArray();
          if (there.length == 0) {
            continue;
          }
          String[] problemsThere = Arrays.stream(there).mapToObj(i -> problems[i]).toArray(String[]::new);
          Estimate mean = Bootstrap.byProblem(problemsThere, at(shown[c], there, column), settings.resamples(), random);
          double[] means = Arrays.stream(beside)
              .mapToDouble(control -> Arrays.stream(there).mapToDouble(i -> control[i][column]).average().orElseThrow())
              .sorted().toArray();
          points.add(new TracePoint(o - settings.traces().window(), there.length, mean,
              means.length == 0 ? Double.NaN : Bootstrap.quantile(means, 0.025),
              means.length == 0 ? Double.NaN : Bootstrap.quantile(means, 0.975)));
        }
        traces.add(new Trace(coordinates[c], surprise, steps.size(), (int) Arrays.stream(problems).distinct().count(),
            points));
      }
    }
    return traces;
  }

  private static ToDoubleFunction<int[]> at(double[][] values, int[] there, int column) {
    return items -> {
      double sum = 0;
      for (int i : items) {
        sum += values[there[i]][column];
      }
      return sum / items.length;
    };
  }

  private int offsets() {
    return 2 * settings.traces().window() + 1;
  }

  /// Fills z-scores by coordinate, surprise and offset; NaN where a rollout does not reach or a state is no number.
  private void read(Trajectories states, Standardisation scale, List<ValuedStep> steps, int[] coordinates,
      double[][][] shown, int[] controls, double[][][] beside) {
    Arrays.setAll(shown, _ -> blank(steps.size()));
    Arrays.setAll(beside, _ -> blank(steps.size()));
    int width = states.width();
    float[] rows = new float[0];
    for (int i = 0; i < steps.size(); i++) {
      int rollout = steps.get(i).rollout();
      int length = states.length(rollout);
      if (rows.length < Math.multiplyExact(length, width)) {
        rows = new float[length * width];
      }
      states.states(rollout, rows, 0);
      for (int o = 0; o < offsets(); o++) {
        int t = steps.get(i).span().first() + o - settings.traces().window();
        if (t < 0 || t >= length || !FiniteValues.only(rows, t * width, width)) {
          continue;
        }
        for (int c = 0; c < coordinates.length; c++) {
          shown[c][i][o] = scale.z(coordinates[c], rows[t * width + coordinates[c]]);
        }
        for (int c = 0; c < controls.length; c++) {
          beside[c][i][o] = scale.z(controls[c], rows[t * width + controls[c]]);
        }
      }
    }
  }

  private double[][] blank(int rows) {
    double[][] values = new double[rows][offsets()];
    for (double[] row : values) {
      Arrays.fill(row, Double.NaN);
    }
    return values;
  }
}
