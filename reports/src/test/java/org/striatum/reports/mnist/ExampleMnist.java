package org.striatum.reports.mnist;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.peft.adapter.AdapterTraining.Optimizer;
import org.striatum.peft.mnist.AbsentMode;
import org.striatum.peft.mnist.FoundationQuality;
import org.striatum.peft.mnist.GateCost;
import org.striatum.peft.mnist.Hardening;
import org.striatum.peft.mnist.MethodResult;
import org.striatum.peft.mnist.ModeSettings;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.mnist.ModeSwitching;
import org.striatum.peft.mnist.OverSeeds;
import org.striatum.peft.mnist.SpecializationTable;
import org.striatum.peft.mnist.SpecializationTable.Cell;
import org.striatum.peft.mnist.SpecializationTable.Claim;
import org.striatum.peft.mnist.SpecializationTable.Digit;
import org.striatum.peft.mnist.SpecializationTable.FirstSeed;
import org.striatum.peft.mnist.SpecializationTable.LayerGate;
import org.striatum.peft.mnist.TunedComparison;
import org.striatum.peft.mnist.Tuning;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

/// Mode specialisation as it could have come out. No figure was measured.
public final class ExampleMnist {
  private ExampleMnist() {}

  /// Every part.
  public static ModeSpecialization whole() {
    List<MethodResult> methods = List.of(method("frozen", 0, 0), method("bitfit", 266, 0.02),
        method("taugate", 512, 0.015), method("lora-r8", 10_448, 0.03), method("full", 118_282, 0.055));
    List<Cell> cells = new ArrayList<>();
    for (MethodResult method : methods) {
      cells.add(new Cell(method.name(), "0°", 0.85, 0.01, 0.853, 0.015, true));
      cells.add(new Cell(method.name(), "45°", 0.84, 0.01, 0.86, 0.015, false));
    }
    SpecializationTable.Result table = new SpecializationTable.Result(methods, cells,
        List.of(new Claim("TauGate gains over the frozen network at 45°", Verdict.YES, "+0.015 [+0.010, +0.020]")),
        new FirstSeed(1, new TreeMap<>(Map.of("taugate", new double[]{0.5, 0.4})),
            List.of(gate(0), gate(1)), List.of(digit("0°"), digit("45°"))),
        new SpecializationTable.Uncalibrated(ModeSettings.adam(), methods, cells,
            List.of(new Claim("LoRA is ahead of both at 45°", Verdict.UNDECIDED, "+0.001 [−0.001, +0.003]"))));
    return new ModeSpecialization("MNIST", ModeSettings.calibrated(), methods, table,
        new TunedComparison.Result(
            List.of(new Tuning("taugate", new double[]{0.1, 1}, new double[]{0.8, 0.85}, 1, true)), methods,
            "At 45° the gate is worth what it is."),
        new Hardening.Result(List.of(setting(2, 0), setting(10, 0), setting(2, 1), setting(10, 1)), 0.28),
        new FoundationQuality.Result(
            List.of(
                new FoundationQuality.Foundation(new AdapterTraining(Optimizer.SGD, 0.2, 250, 64), 10_000, figure(0.84),
                    methods),
                new FoundationQuality.Foundation(new AdapterTraining(Optimizer.ADAM, 1e-3, 250, 64), 10_000,
                    figure(0.95),
                    methods)),
            List.of(new FoundationQuality.Trend("taugate", new Estimate(-0.8, -0.9, -0.6)))),
        new AbsentMode.Result(300, List.of(), List.of(reached("90°", "taugate", 0.7), reached("90°", "full", 0.93)),
            List.of("90°, absent from the foundation's training: as one would think")),
        new ModeSwitching.Result(
            List.of(new ModeSwitching.Switched("off", "0°", figure(0.84)),
                new ModeSwitching.Switched("45°", "45°", figure(0.86))),
            figure(0.004), List.of(new ModeSwitching.GateOverlap("of the two modes", figure(0.8), figure(0.5), 0.14,
                figure(0.57))),
            true),
        new GateCost.Result(118_016, 17_664,
            List.of(new GateCost.Skipped(0, figure(0.06), figure(0.06), figure(0), figure(0.85))),
            List.of(ablated(0.05), ablated(0.25))));
  }

  /// Nothing but the settings.
  public static ModeSpecialization empty() {
    return new ModeSpecialization("MNIST", ModeSettings.calibrated(), null, null, null, null, null, null, null, null);
  }

  private static OverSeeds figure(double mean) {
    return new OverSeeds(mean, 0.01, mean, new double[]{mean - 0.005, mean + 0.005},
        new double[]{mean - 0.01, mean + 0.01});
  }

  private static MethodResult method(String name, int trainable, double gain) {
    double rate = trainable == 0 ? Double.NaN : 0.1;
    return new MethodResult(name, trainable, rate, name.equals("taugate") ? 0.003 : Double.NaN, figure(0.85),
        figure(0.84 + gain), figure(gain), figure(-gain), figure(0), figure(gain - 0.015));
  }

  private static LayerGate gate(int layer) {
    float[] thresholds = new float[128];
    float[] gains = new float[128];
    for (int i = 0; i < gains.length; i++) {
      thresholds[i] = (i % 7 - 3) / 100f;
      gains[i] = 1 + (i % 11 - 5) / 20f;
    }
    return new LayerGate(layer, thresholds, gains);
  }

  private static Digit digit(String mode) {
    int[] pixels = new int[28 * 28];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 256;
    }
    return new Digit(mode, 2, 28, 28, pixels);
  }

  private static Hardening.HardenedGate setting(double s, double lambda) {
    return new Hardening.HardenedGate(s, lambda, new Hardening.Accuracies(figure(0.85), figure(0.86)),
        new Hardening.Accuracies(figure(0.84), figure(0.85)), figure(-0.01),
        new Hardening.OpenUnits(figure(0.57), figure(0.3), figure(0.57), figure(0.01)));
  }

  private static AbsentMode.Reached reached(String mode, String method, double accuracy) {
    return new AbsentMode.Reached(mode, method, 512, 3, figure(accuracy), figure(0.4), figure(accuracy - 0.93),
        figure(0.3));
  }

  private static GateCost.Ablated ablated(double share) {
    return new GateCost.Ablated("largest |γ − 1|", share, figure(0.78), figure(0.84), figure(-share), figure(-0.03));
  }
}
