package org.striatum.reports.nta;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.peft.nta.run.ExactSolution;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.Finding.Bounds;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults.Band;
import org.striatum.peft.nta.result.NtaResults.Grid;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

/// Experiments with gated linear networks as they could have come out. No figure was measured.
public final class ExampleNta {
  private ExampleNta() {}

  public static List<NtaResults> experiments() {
    return List.of(
        new NtaResults("flexible", "Do gates switch?", List.of(arm("flexible", 0.1f), arm("forgetful", 0.5f)),
            List.of(
                new Finding("time to loss 0.1", new Bounds(Double.NEGATIVE_INFINITY, 0.07),
                    new Estimate(0.04, 0.03, 0.05), Verdict.YES),
                new Finding("loss at the end", new Bounds(Double.NEGATIVE_INFINITY, 0.0002),
                    new Estimate(0.001, 0.0009, 0.002), Verdict.NO),
                new Finding("gate separation", null, Estimate.exact(1), Verdict.NOT_TESTED)),
            List.of(), List.of(), List.of("a note")),
        new NtaResults("grid-lambda", "How firmly?", List.of(), List.of(),
            List.of(new Grid("total alignment", "λ", new double[]{0, 0.1}, "block length", new double[]{0.5, 1},
                List.of(List.of(Estimate.exact(0.5), Estimate.exact(0.9)),
                    List.of(Estimate.exact(0.4), Estimate.exact(Double.NaN))))),
            List.of(), List.of()),
        new NtaResults("exact-solution", "Do weights follow?", List.of(), List.of(), List.of(),
            List.of(new ExactSolution(0.1, new float[]{1, 0, -1}, new float[]{1, 0.97f, 1}, new float[]{1, 0.975f, 1},
                5e-4, 0.974, 0.975, true)),
            List.of()));
  }

  private static ArmResults arm(String name, float level) {
    float[] median = {level, level / 2, level / 4};
    return new ArmResults(name, NtaSettings.reduced(), new long[]{1, 2},
        new TreeMap<>(Map.of("time to criterion", new double[][]{{0.7, 0.1}, {0.6, 0.2}})),
        new TreeMap<>(Map.of("time to criterion", List.of(new Estimate(0.65, 0.6, 0.7), new Estimate(0.15, 0.1, 0.2)))),
        new float[]{0, 1, 2},
        new TreeMap<>(Map.of("loss", new Band(median, new float[]{0, 0, 0}, new float[]{level, level, level}))),
        new TreeMap<>(Map.of("gate 1", new float[]{0, 1, 0}, "gate 2", new float[]{1, 0, 1}, "loss", median)));
  }
}
