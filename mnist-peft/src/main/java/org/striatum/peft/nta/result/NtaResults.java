package org.striatum.peft.nta.result;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.peft.nta.run.ExactSolution;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.ArmSettings;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.peft.nta.study.SeedBootstrap;
import org.striatum.peft.nta.study.SimulatedArm;
import org.striatum.probe.stats.Estimate;

/// What an experiment found: `results/nta-<experiment>.json`.
///
/// @param experiment its name
/// @param question it answers
/// @param arms what was run, arm by arm
/// @param findings figures with what was expected
/// @param grids figures over two settings
/// @param exact runs of the reduced system with the exact solution
/// @param notes what a reader must know
public record NtaResults(String experiment, String question, List<ArmResults> arms, List<Finding> findings,
    List<Grid> grids, List<ExactSolution> exact, List<String> notes) {
  public NtaResults {
    arms = List.copyOf(arms);
    findings = List.copyOf(findings);
    grids = List.copyOf(grids);
    exact = List.copyOf(exact);
    notes = List.copyOf(notes);
  }

  public NtaResults(NtaExperiment experiment, List<ArmResults> arms, List<Finding> findings, String... notes) {
    this(experiment.printed(), experiment.question(), arms, findings, List.of(), List.of(), List.of(notes));
  }

  /// The finding of a name.
  ///
  /// @throws IllegalArgumentException if there is none
  public Finding finding(String name) {
    return findings.stream().filter(finding -> finding.name().equals(name)).findFirst().orElseThrow(
        () -> new IllegalArgumentException(experiment + " has no finding '" + name + "', only "
            + findings.stream().map(Finding::name).toList()));
  }

  /// One arm over its seeds.
  ///
  /// @param name of the arm
  /// @param settings it ran with
  /// @param seeds in order
  /// @param bySeed figure → (seeds, blocks)
  /// @param byBlock figure → median over seeds in each block: (blocks)
  /// @param time of the curves' points: (points)
  /// @param curves figure → its course over seeds
  /// @param example figure → its course in the first seed: (points)
  public record ArmResults(String name, ArmSettings settings, long[] seeds, SortedMap<String, double[][]> bySeed,
      SortedMap<String, List<Estimate>> byBlock, float[] time, SortedMap<String, Band> curves,
      SortedMap<String, float[]> example) {
    public ArmResults {
      bySeed = Collections.unmodifiableSortedMap(new TreeMap<>(bySeed));
      byBlock = Collections.unmodifiableSortedMap(new TreeMap<>(byBlock));
      curves = Collections.unmodifiableSortedMap(new TreeMap<>(curves));
      example = Collections.unmodifiableSortedMap(new TreeMap<>(example));
    }

    /// Runs arms over a study's seeds, all at once.
    ///
    /// @throws IOException if a kept run is damaged or one cannot be kept
    public static List<ArmResults> of(NtaStudy study, List<SimulatedArm> arms) throws IOException {
      List<List<NtaRun>> runs = study.runs(arms);
      return IntStream.range(0, arms.size()).mapToObj(a -> of(arms.get(a), runs.get(a))).toList();
    }

    public static List<ArmResults> of(NtaStudy study, SimulatedArm... arms) throws IOException {
      return of(study, List.of(arms));
    }

    private static ArmResults of(SimulatedArm arm, List<NtaRun> runs) {
      NtaRun first = runs.getFirst();
      SortedMap<String, double[][]> bySeed = new TreeMap<>();
      SortedMap<String, List<Estimate>> byBlock = new TreeMap<>();
      for (String name : first.byBlock().keySet()) {
        double[][] values = runs.stream().map(run -> run.byBlock().get(name)).toArray(double[][]::new);
        bySeed.put(name, values);
        List<Estimate> medians = new ArrayList<>();
        for (int b = 0; b < values[0].length; b++) {
          medians.add(SeedBootstrap.median(block(values, b)));
        }
        byBlock.put(name, medians);
      }
      SortedMap<String, Band> curves = new TreeMap<>();
      for (String name : first.curves().keySet()) {
        // Which gate or path does what differs from seed to seed: no median of single gates means anything.
        if (!name.startsWith(NtaRun.GATE) || name.equals(NtaRun.GATE_SEPARATION)) {
          curves.put(name, Band.of(runs.stream().map(run -> run.curves().get(name)).toList()));
        }
      }
      return new ArmResults(arm.name(), arm.settings(), runs.stream().mapToLong(NtaRun::seed).toArray(), bySeed,
          byBlock, first.time(), curves, first.curves());
    }

    /// A figure of every seed in a block counted from 1, or from the end: −1 is the last.
    ///
    /// @return (seeds)
    public double[] figure(String figure, int block) {
      double[][] values = bySeed.get(figure);
      return block(values, block > 0 ? block - 1 : values[0].length + block);
    }

    /// The mean of a figure over the blocks that have it, seed by seed; NaN without any.
    ///
    /// @param from first block, from 1
    /// @return (seeds)
    public double[] meanFrom(String figure, int from) {
      return Arrays.stream(bySeed.get(figure)).mapToDouble(blocks -> Arrays.stream(blocks).skip(from - 1)
          .filter(value -> !Double.isNaN(value)).average().orElse(Double.NaN)).toArray();
    }

    private static double[] block(double[][] values, int block) {
      return Arrays.stream(values).mapToDouble(blocks -> blocks[block]).toArray();
    }
  }

  /// A curve over seeds: the median and its 95 % interval at each point.
  public record Band(float[] median, float[] low, float[] high) {
    public static Band of(List<float[]> courses) {
      int points = courses.getFirst().length;
      Band band = new Band(new float[points], new float[points], new float[points]);
      for (int t = 0; t < points; t++) {
        int at = t;
        Estimate median = SeedBootstrap.median(courses.stream().mapToDouble(course -> course[at]).toArray());
        band.median[t] = (float) median.value();
        band.low[t] = (float) median.low();
        band.high[t] = (float) median.high();
      }
      return band;
    }
  }

  /// A figure over two settings: a phase diagram.
  ///
  /// @param figure what is shown
  /// @param x name of the first setting
  /// @param xs its values
  /// @param y name of the second
  /// @param ys its values
  /// @param cells medians over seeds: (ys, xs)
  public record Grid(String figure, String x, double[] xs, String y, double[] ys, List<List<Estimate>> cells) {}
}
