package org.striatum.peft.mnist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.datasets.images.Mnist;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.peft.adapter.Trainer;
import org.striatum.peft.mnist.ModeSettings.Preset;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Equivalence;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;
import org.striatum.probe.stats.Verdict;

/// The paper's table: five methods specialised on 45°, tested on both modes (arXiv 2602.11726, table 1).
public final class SpecializationTable {
  /// How far a cell may lie from the paper's.
  public static final double TOLERANCE = 0.015;
  /// How far apart two methods may be that are called alike: a third of what the gate gains in the paper.
  public static final double ALIKE = 0.005;
  private static final double LEVEL = 0.05;
  /// Means and deviations as printed.
  private static final Map<String, double[]> PAPER = Map.of(Method.FROZEN, new double[]{0.832, 0.017, 0.833, 0.016},
      Method.BITFIT, new double[]{0.851, 0.005, 0.852, 0.009}, Method.TAUGATE,
      new double[]{0.850, 0.006, 0.850, 0.010}, Method.LORA, new double[]{0.855, 0.006, 0.864, 0.005}, Method.FULL,
      new double[]{0.783, 0.007, 0.887, 0.005});

  private SpecializationTable() {}

  /// The table, and details of its first seed.
  ///
  /// @param cells compared with the paper's; empty on other images than MNIST
  /// @param claims of the paper's table, tested on ours
  /// @param uncalibrated the same by settings that were not fitted to the paper's table; null where these were not either
  public record Result(List<MethodResult> methods, List<Cell> cells, List<Claim> claims, FirstSeed first,
      Uncalibrated uncalibrated) {
    public Result {
      methods = List.copyOf(methods);
      cells = List.copyOf(cells);
      claims = List.copyOf(claims);
    }
  }

  /// The table by settings that nothing was fitted to.
  ///
  /// @param settings with which it was run
  /// @param cells compared with the paper's; empty on other images than MNIST
  /// @param claims of the paper's table, tested on these
  public record Uncalibrated(ModeSettings settings, List<MethodResult> methods, List<Cell> cells, List<Claim> claims) {
    public Uncalibrated {
      methods = List.copyOf(methods);
      cells = List.copyOf(cells);
      claims = List.copyOf(claims);
    }
  }

  /// A cell of the table and the paper's.
  ///
  /// @param paper its mean
  /// @param paperSd its deviation
  /// @param ours our mean
  /// @param tolerance how far they may differ
  public record Cell(String method, String mode, double paper, double paperSd, double ours, double tolerance,
      boolean holds) {}

  /// Something that is said of the table.
  ///
  /// @param because the figures that decide
  public record Claim(String text, Verdict verdict, String because) {}

  /// Pictures of one seed.
  ///
  /// @param losses method → loss before each step
  /// @param gates thresholds and gains of each hidden layer
  /// @param digits test images, some in each mode
  public record FirstSeed(long seed, SortedMap<String, double[]> losses, List<LayerGate> gates, List<Digit> digits) {
    public FirstSeed {
      losses = new TreeMap<>(losses);
      gates = List.copyOf(gates);
      digits = List.copyOf(digits);
    }
  }

  /// One layer's gate.
  ///
  /// @param thresholds τ: (hidden)
  /// @param gains γ: (hidden)
  public record LayerGate(int layer, float[] thresholds, float[] gains) {
    static List<LayerGate> of(TrainedAdapter adapter) {
      List<LayerGate> gates = new ArrayList<>();
      for (int l = 0; l < adapter.widths().length - 2; l++) {
        gates.add(new LayerGate(l, adapter.thresholds(l), adapter.gains(l)));
      }
      return gates;
    }
  }

  /// An image as the network sees it.
  ///
  /// @param pixels 0 (paper) to 255 (ink): (rows, columns)
  public record Digit(String mode, int label, int rows, int columns, int[] pixels) {}

  /// Artifacts of the first seed.
  ///
  /// @param adapters by method
  public record Kept(Mlp base, Map<String, TrainedAdapter> adapters) {}

  /// Result and artifacts of a run.
  public record Run(Result result, Kept kept) {}

  /// Trains and tests every method on every seed; where the settings were fitted to the paper's table, by others too.
  public static Run run(Workbench bench, Progress progress) {
    Run run = alone(bench, progress);
    if (bench.settings().preset() != Preset.CALIBRATED) {
      return run;
    }
    try (Workbench other = new Workbench(bench.images(), bench.settings().uncalibrated())) {
      Result found = alone(other, progress).result;
      return new Run(new Result(run.result.methods, run.result.cells, run.result.claims, run.result.first,
          new Uncalibrated(other.settings(), found.methods, found.cells, found.claims)), run.kept);
    }
  }

  private static Run alone(Workbench bench, Progress progress) {
    ModeSettings settings = bench.settings();
    MethodResult.Gathering gathering = new MethodResult.Gathering();
    SortedMap<String, double[]> losses = new TreeMap<>();
    Map<String, TrainedAdapter> adapters = new LinkedHashMap<>();
    Mlp firstBase = null;
    try (Progress.Task task = progress.start("mnist table", settings.seeds().count(), "seed")) {
      for (int i = 0; i < settings.seeds().count(); i++) {
        try (Workbench.SeedRun seed = bench.seed(settings.seed(i))) {
          firstBase = i == 0 ? seed.base() : firstBase;
          for (Method method : Method.table(settings)) {
            try (AdaptedNetwork network = new AdaptedNetwork(seed.base())) {
              if (!method.isFrozen()) {
                Trainer.Outcome outcome = seed.train(method, Mode.TILTED);
                network.add(method.name(), outcome.adapter());
                network.switchTo(method.name());
                if (i == 0) {
                  losses.put(method.name(), outcome.losses());
                  adapters.put(method.name(), outcome.adapter());
                }
              }
              gathering.add(method, network.accuracy(bench.test(Mode.UPRIGHT)),
                  network.accuracy(bench.test(Mode.TILTED)));
            }
          }
        }
        task.step(1);
      }
    }
    List<MethodResult> methods = gathering.results(bench.widths());
    FirstSeed first = new FirstSeed(settings.seeds().first(), losses, LayerGate.of(adapters.get(Method.TAUGATE)),
        digits(bench));
    return new Run(
        new Result(methods, Mnist.is(bench.images()) ? cells(methods) : List.of(), claims(methods), first, null),
        new Kept(firstBase, adapters));
  }

  private static List<Cell> cells(List<MethodResult> methods) {
    List<Cell> cells = new ArrayList<>();
    for (MethodResult method : methods) {
      double[] paper = PAPER.get(method.name());
      cells.add(cell(method.name(), Mode.UPRIGHT, paper[0], paper[1], method.accuracy0()));
      cells.add(cell(method.name(), Mode.TILTED, paper[2], paper[3], method.accuracy45()));
    }
    return cells;
  }

  private static Cell cell(String method, Mode mode, double paper, double sd, OverSeeds ours) {
    return new Cell(method, mode.name(), paper, sd, ours.mean(), TOLERANCE,
        Math.abs(ours.mean() - paper) <= TOLERANCE);
  }

  /// The ordering at 45°, each neighbour by its paired interval, and who forgets.
  private static List<Claim> claims(List<MethodResult> methods) {
    Map<String, MethodResult> by = new LinkedHashMap<>();
    methods.forEach(method -> by.put(method.name(), method));
    OverSeeds gate = by.get(Method.TAUGATE).gain45();
    OverSeeds bitFit = by.get(Method.BITFIT).beyondTauGate45();
    OverSeeds lora = by.get(Method.LORA).accuracy45().minus(by.get(Method.BITFIT).accuracy45());
    OverSeeds loraBeyondGate = by.get(Method.LORA).beyondTauGate45();
    OverSeeds full = by.get(Method.FULL).accuracy45().minus(by.get(Method.LORA).accuracy45());
    List<Claim> claims = new ArrayList<>();
    claims.add(new Claim("TauGate gains over the frozen network at 45°", gate.positive(), printed(gate)));
    claims.add(alike(bitFit));
    claims.add(new Claim("BitFit is ahead of TauGate at 45°", bitFit.positive(), "%s, with %,d values against %,d"
        .formatted(printed(bitFit), by.get(Method.BITFIT).trainable(), by.get(Method.TAUGATE).trainable())));
    claims
        .add(new Claim("LoRA is ahead of both at 45°", Verdict.of(List.of(lora.positive(), loraBeyondGate.positive())),
            "beyond BitFit " + printed(lora) + ", beyond TauGate " + printed(loraBeyondGate)));
    claims.add(new Claim("Full fine-tuning is ahead of LoRA at 45°", full.positive(), printed(full)));
    claims.add(new Claim("Only full fine-tuning loses at 0°", onlyFullForgets(methods),
        "full beyond frozen " + printed(by.get(Method.FULL).forgetting())));
    return claims;
  }

  /// Alike is shown by a test of equivalence, unlike by an interval beyond the margin; anything else is neither.
  private static Claim alike(OverSeeds bitFit) {
    Equivalence test = bitFit.within(ALIKE);
    boolean beyond = bitFit.ci()[0] > ALIKE || bitFit.ci()[1] < -ALIKE;
    return new Claim("BitFit and TauGate are alike at 45°, within " + ALIKE,
        test.p() < LEVEL ? Verdict.YES : beyond ? Verdict.NO : Verdict.UNDECIDED,
        "BitFit beyond TauGate %s; equivalence %s, 90 %% interval %s".formatted(printed(bitFit),
            PValue.exact(test.p()).equation("p"), new Estimate(Double.NaN, test.low(), test.high()).interval(3)));
  }

  private static Verdict onlyFullForgets(List<MethodResult> methods) {
    OverSeeds full = methods.stream().filter(method -> method.name().equals(Method.FULL)).findFirst().orElseThrow()
        .forgetting();
    List<OverSeeds> others = methods.stream().filter(method -> !method.name().equals(Method.FULL))
        .map(MethodResult::forgetting).toList();
    return full.isPositive() || others.stream().anyMatch(OverSeeds::isNegative)
        ? Verdict.NO
        : full.isNegative() && others.stream().allMatch(other -> other.ci()[0] >= 0) ? Verdict.YES : Verdict.UNDECIDED;
  }

  static String printed(OverSeeds difference) {
    return new Estimate(difference.mean(), difference.ci()[0], difference.ci()[1]).signed(3);
  }

  /// The first test image of some classes in every mode.
  private static List<Digit> digits(Workbench bench) {
    LabelledImages test = bench.images().test();
    List<Digit> digits = new ArrayList<>();
    for (int label : new int[]{2, 4, 7}) {
      for (int i = 0; i < test.size(); i++) {
        if (test.labels()[i] == label) {
          LabelledImages one = test.chosen(new int[]{i});
          for (Mode mode : List.of(Mode.UPRIGHT, Mode.TILTED, Mode.LYING, Mode.INVERTED)) {
            float[] ink = mode.of(one);
            int[] pixels = new int[ink.length];
            for (int k = 0; k < pixels.length; k++) {
              pixels[k] = Math.round(255 * ink[k]);
            }
            digits.add(new Digit(mode.name(), label, test.rows(), test.columns(), pixels));
          }
          break;
        }
      }
    }
    return digits;
  }
}
