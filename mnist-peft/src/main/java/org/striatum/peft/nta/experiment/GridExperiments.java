package org.striatum.peft.nta.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaExperiment;
import org.striatum.peft.nta.result.NtaResults.Grid;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;
import org.striatum.probe.stats.Estimate;

/// When paths specialise: total alignment over two settings. (§5.)
public final class GridExperiments {
  private GridExperiments() {}

  /// Total alignment after a while over τ_c and block length. (§5.)
  public static NtaResults overTauC(NtaStudy study, NtaSettings[][] cells) throws IOException {
    return grid(NtaExperiment.GRID_TAU_C, study, cells, "τ_c",
        Arrays.stream(cells[0]).mapToDouble(cell -> cell.dynamics().tauC()).toArray(), -1);
  }

  /// Total alignment after a while over λ and block length. (§5.)
  public static NtaResults overLambda(NtaStudy study, NtaSettings[][] cells) throws IOException {
    return grid(NtaExperiment.GRID_LAMBDA, study, cells, "λ",
        Arrays.stream(cells[0]).mapToDouble(cell -> cell.dynamics().regulariser().lambda()).toArray(), 1);
  }

  /// @param cells (block lengths, values of x)
  /// @param direction sign of the correlation that is claimed
  private static NtaResults grid(NtaExperiment experiment, NtaStudy study, NtaSettings[][] cells, String x,
      double[] xs, int direction) throws IOException {
    double[] ys = Arrays.stream(cells).mapToDouble(row -> row[0].blocks().length()).toArray();
    List<SimulatedArm> planned = new ArrayList<>();
    for (NtaSettings[] row : cells) {
      for (int i = 0; i < row.length; i++) {
        planned
            .add(SimulatedArm.of("%s %s, blocks of %s".formatted(x, xs[i], row[i].blocks().length()), row[i]).atEnd());
      }
    }
    List<List<NtaRun>> runs = study.runs(planned);
    List<Grid> grids = Stream.of(NtaRun.TOTAL_ALIGNMENT, NtaRun.SPECIALISATION, NtaRun.MEAN_LOSS)
        .map(figure -> new Grid(figure, x, xs, "block length", ys, medians(runs, figure, xs.length))).toList();
    return new NtaResults(experiment.printed(), experiment.question(), List.of(),
        findings(runs, x, xs, ys, direction), grids, List.of(), List.of());
  }

  /// @return (ys, xs)
  private static List<List<Estimate>> medians(List<List<NtaRun>> runs, String figure, int columns) {
    List<List<Estimate>> rows = new ArrayList<>();
    for (int from = 0; from < runs.size(); from += columns) {
      rows.add(runs.subList(from, from + columns).stream()
          .map(cell -> SeedBootstrap.median(cell.stream().mapToDouble(run -> run.figure(figure, 1)).toArray()))
          .toList());
    }
    return rows;
  }

  private static List<Finding> findings(List<List<NtaRun>> runs, String x, double[] xs, double[] ys, int direction) {
    double[][] ofX = bySeed(runs, (_, cell) -> xs[cell % xs.length]);
    double[][] ofY = bySeed(runs, (_, cell) -> ys[cell / xs.length]);
    double[][] alignment = bySeed(runs, (run, _) -> run.figure(NtaRun.TOTAL_ALIGNMENT, 1));
    double[][] specialisation = bySeed(runs, (run, _) -> run.figure(NtaRun.SPECIALISATION, 1));
    double low = direction < 0 ? Double.NEGATIVE_INFINITY : 0;
    double high = direction < 0 ? 0 : Double.POSITIVE_INFINITY;
    List<Finding> findings = new ArrayList<>(List.of(
        Finding.surely("rank correlation of total alignment with " + x, low, high,
            SeedBootstrap.correlation(ofX, alignment)),
        Finding.surely("rank correlation of specialisation w̄ with " + x, low, high,
            SeedBootstrap.correlation(ofX, specialisation)),
        Finding.reported("rank correlation of total alignment with block length",
            SeedBootstrap.correlation(ofY, alignment)),
        Finding.reported("rank correlation of specialisation w̄ with block length",
            SeedBootstrap.correlation(ofY, specialisation))));
    for (int y = 0; y < ys.length; y++) {
      findings.add(Finding.reported("rank correlation of total alignment with " + x + " in blocks of " + ys[y],
          SeedBootstrap.correlation(columns(ofX, y * xs.length, xs.length),
              columns(alignment, y * xs.length, xs.length))));
    }
    return findings;
  }

  /// A figure of every seed in every cell.
  ///
  /// @param runs (cells, seeds)
  /// @return (seeds, cells)
  private static double[][] bySeed(List<List<NtaRun>> runs, ToDoubleBiFunction<NtaRun, Integer> figure) {
    double[][] values = new double[runs.getFirst().size()][runs.size()];
    for (int s = 0; s < values.length; s++) {
      for (int cell = 0; cell < runs.size(); cell++) {
        values[s][cell] = figure.applyAsDouble(runs.get(cell).get(s), cell);
      }
    }
    return values;
  }

  private static double[][] columns(double[][] values, int from, int count) {
    return Arrays.stream(values).map(row -> Arrays.copyOfRange(row, from, from + count)).toArray(double[][]::new);
  }
}
