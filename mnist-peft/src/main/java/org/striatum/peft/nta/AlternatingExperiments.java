package org.striatum.peft.nta;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.peft.nta.NtaResults.ArmResults;
import org.striatum.peft.nta.NtaResults.Grid;
import org.striatum.probe.stats.Estimate;

/// The experiments on networks whose tasks alternate in blocks, each beside what the published setting gives.
public final class AlternatingExperiments {
  private static final double ALIGNED = 0.9;
  /// Of the exact solution.
  private static final double TOLERANCE = 2e-3;

  private AlternatingExperiments() {}

  /// The flexible network beside the forgetful one. (§3.)
  public static NtaResults flexible(NtaStudy study, NtaSettings settings) throws IOException {
    List<ArmResults> arms = arms(study, Arm.of("flexible", settings), Arm.of("forgetful", settings.forgetful()));
    ArmResults flexible = arms.getFirst();
    ArmResults forgetful = arms.getLast();
    double criterion = settings.criterion();
    List<Finding> findings = new ArrayList<>(List.of(
        published(settings, "flexible: time to loss %s in block 1 (τ_w)".formatted(criterion), 0.71, 0.77,
            SeedBootstrap.median(flexible.figure(NtaRun.TIME_TO_CRITERION, 1))),
        published(settings, "flexible: time to loss %s in the last block (τ_w)".formatted(criterion), 0, 0.07,
            SeedBootstrap.median(flexible.figure(NtaRun.TIME_TO_CRITERION, -1))),
        published(settings, "forgetful: time to loss %s in the last block (τ_w)".formatted(criterion), 0.42, 0.48,
            SeedBootstrap.median(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1))),
        specialised("flexible: seeds whose matched pairs align above 0.9", flexible),
        published(settings, "flexible: alignment of other pairs", 0, 0.06,
            SeedBootstrap.median(flexible.figure(NtaRun.UNMATCHED, -1))),
        published(settings, "flexible: loss at the end of the last block", 0, 2e-4,
            SeedBootstrap.median(flexible.figure(NtaRun.LOSS_AT_END, -1))),
        published(settings, "forgetful: loss at the end of the last block", 0.056, 0.066,
            SeedBootstrap.median(forgetful.figure(NtaRun.LOSS_AT_END, -1))),
        Finding.surely("forgetful takes times as long in the last block", 1, Double.POSITIVE_INFINITY,
            SeedBootstrap.median(ratio(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1),
                flexible.figure(NtaRun.TIME_TO_CRITERION, -1)))),
        Finding.reported("flexible: gate separation c̄ at the end",
            SeedBootstrap.median(flexible.figure(NtaRun.GATE_SEPARATION, -1))),
        Finding.reported("flexible: specialisation w̄ at the end",
            SeedBootstrap.median(flexible.figure(NtaRun.SPECIALISATION, -1)))));
    if (flexible.bySeed().containsKey(AlternatingBlocks.SWITCHING_SPEED)) {
      findings.addAll(mechanism(flexible));
    }
    return new NtaResults(NtaExperiment.FLEXIBLE, arms, findings);
  }

  /// Gates and weights driving each other: blocks from the third on, when there is something to switch to.
  private static List<Finding> mechanism(ArmResults flexible) {
    double[][] speed = from(3, flexible.bySeed().get(AlternatingBlocks.SWITCHING_SPEED));
    double[][] change = flexible.bySeed().get(AlternatingBlocks.CHANGE);
    double[][] driven = flexible.bySeed().get(AlternatingBlocks.DRIVEN);
    List<Finding> findings = new ArrayList<>(List.of(
        Finding.surely("gates switch faster, the further weights are aligned (ρ)", 0, Double.POSITIVE_INFINITY,
            SeedBootstrap
                .correlation(from(3, flexible.bySeed().get(AlternatingBlocks.ALIGNMENT_BEFORE)), speed)),
        Finding.surely("gates switch faster, the longer weights are (ρ)", 0, Double.POSITIVE_INFINITY, SeedBootstrap
            .correlation(from(3, flexible.bySeed().get(AlternatingBlocks.NORM_BEFORE)), speed)),
        Finding.surely("time to gate switch falls with the speed Σ ε_m ⟨W^p, W*^m⟩ / τ_c (ρ)", Double.NEGATIVE_INFINITY,
            0,
            SeedBootstrap.correlation(speed, from(3, flexible.bySeed().get(AlternatingBlocks.CROSSING)))),
        Finding.between("change of w̄ a block less ∫ ½ c̄ (ε₁ − ε₂) dt/τ_w, the largest of any block", 0, 0.005,
            SeedBootstrap.median(IntStream.range(0, change.length)
                .mapToDouble(s -> IntStream.range(0, change[s].length)
                    .mapToDouble(b -> Math.abs(change[s][b] - driven[s][b])).max().orElseThrow())
                .toArray()))));
    for (String modes : List.of(AlternatingBlocks.OWN_MODES, AlternatingBlocks.MODE_SPREAD,
        AlternatingBlocks.OTHER_MODES, AlternatingBlocks.BETWEEN_MODES)) {
      findings.add(Finding.reported("flexible: " + modes + " at the end, in the teachers' singular basis",
          SeedBootstrap.median(flexible.figure(modes, -1))));
    }
    return findings;
  }

  /// The forgetful network alone. (§3.)
  public static NtaResults forgetful(NtaStudy study, NtaSettings settings) throws IOException {
    List<ArmResults> arms = arms(study, Arm.of("forgetful", settings.forgetful()));
    ArmResults forgetful = arms.getFirst();
    return new NtaResults(NtaExperiment.FORGETFUL, arms, List.of(
        published(settings, "time to loss %s in the last block (τ_w)".formatted(settings.criterion()), 0.42, 0.48,
            SeedBootstrap.median(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1))),
        published(settings, "loss at the end of the last block", 0.056, 0.066,
            SeedBootstrap.median(forgetful.figure(NtaRun.LOSS_AT_END, -1))),
        Finding.reported("total alignment", SeedBootstrap.median(forgetful.figure(NtaRun.TOTAL_ALIGNMENT, -1)))));
  }

  /// A figure beside the published one, or alone where settings are others.
  private static Finding published(NtaSettings settings, String name, double low, double high, Estimate found) {
    return settings.equals(NtaSettings.flexible())
        ? Finding.between(name, low, high, found)
        : Finding.reported(name, found);
  }

  /// Averages of learned tasks. (§4.)
  public static NtaResults taskComposition(NtaStudy study, NtaSettings settings) throws IOException {
    return composition(NtaExperiment.TASK_COMPOSITION, study, settings, 3);
  }

  /// Tasks made of learned tasks' outputs. (§4.)
  public static NtaResults subtaskComposition(NtaStudy study, NtaSettings settings) throws IOException {
    return composition(NtaExperiment.SUBTASK_COMPOSITION, study, settings, 5);
  }

  private static NtaResults composition(NtaExperiment experiment, NtaStudy study, NtaSettings settings, double faster)
      throws IOException {
    List<ArmResults> arms = arms(study, Arm.of("flexible", settings), Arm.of("forgetful", settings.forgetful()));
    int from = Math.min(settings.novelFrom(), settings.blocks());
    double[] flexible = arms.getFirst().meanFrom(NtaRun.TIME_TO_CRITERION, from);
    double[] forgetful = arms.getLast().meanFrom(NtaRun.TIME_TO_CRITERION, from);
    String toCriterion = ": time to loss %s, mean over new tasks (τ_w)".formatted(settings.criterion());
    double[][] losses = {arms.getFirst().meanFrom(NtaRun.MEAN_LOSS, from),
        arms.getLast().meanFrom(NtaRun.MEAN_LOSS, from)};
    return new NtaResults(experiment, arms, List.of(
        Finding.surely("forgetful takes times as long over new tasks", faster, Double.POSITIVE_INFINITY,
            SeedBootstrap.median(ratio(forgetful, flexible))),
        Finding.reported("flexible" + toCriterion, SeedBootstrap.median(flexible)),
        Finding.reported("forgetful" + toCriterion, SeedBootstrap.median(forgetful)),
        Finding.surely("forgetful's mean loss over new tasks, times flexible's", 1, Double.POSITIVE_INFINITY,
            SeedBootstrap.median(ratio(losses[1], losses[0]))),
        Finding.reported("flexible: total alignment before the first new task", SeedBootstrap
            .median(arms.getFirst().figure(NtaRun.TOTAL_ALIGNMENT, Math.max(1, from - 1)))),
        Finding.reported("flexible: alignment of matched pairs before the first new task", SeedBootstrap
            .median(arms.getFirst().figure(NtaRun.MATCHED, Math.max(1, from - 1))))));
  }

  /// Total alignment after a while over τ_c and block length. (§5.)
  public static NtaResults gridOverTauC(NtaStudy study, NtaSettings[][] cells) throws IOException {
    return grid(NtaExperiment.GRID_TAU_C, study, cells, "τ_c",
        Arrays.stream(cells[0]).mapToDouble(NtaSettings::tauC).toArray(), -1);
  }

  /// Total alignment after a while over λ and block length. (§5.)
  public static NtaResults gridOverLambda(NtaStudy study, NtaSettings[][] cells) throws IOException {
    return grid(NtaExperiment.GRID_LAMBDA, study, cells, "λ",
        Arrays.stream(cells[0]).mapToDouble(cell -> cell.regulariser().lambda()).toArray(), 1);
  }

  /// @param cells (block lengths, values of x)
  /// @param direction sign of the correlation that is claimed
  private static NtaResults grid(NtaExperiment experiment, NtaStudy study, NtaSettings[][] cells, String x,
      double[] xs, int direction) throws IOException {
    List<Arm> planned = new ArrayList<>();
    for (NtaSettings[] row : cells) {
      for (int i = 0; i < row.length; i++) {
        planned.add(Arm.of("%s %s, blocks of %s".formatted(x, xs[i], row[i].blockLength()), row[i]).atEnd());
      }
    }
    List<List<NtaRun>> runs = study.runs(planned);
    double[] ys = Arrays.stream(cells).mapToDouble(row -> row[0].blockLength()).toArray();
    double[][] ofX = new double[study.seeds()][planned.size()];
    double[][] ofY = new double[study.seeds()][planned.size()];
    double[][] alignment = new double[study.seeds()][planned.size()];
    double[][] specialisation = new double[study.seeds()][planned.size()];
    for (int s = 0; s < study.seeds(); s++) {
      for (int c = 0; c < planned.size(); c++) {
        ofX[s][c] = xs[c % xs.length];
        ofY[s][c] = ys[c / xs.length];
        alignment[s][c] = runs.get(c).get(s).figure(NtaRun.TOTAL_ALIGNMENT, 1);
        specialisation[s][c] = runs.get(c).get(s).figure(NtaRun.SPECIALISATION, 1);
      }
    }
    List<Grid> grids = new ArrayList<>();
    for (String figure : List.of(NtaRun.TOTAL_ALIGNMENT, NtaRun.SPECIALISATION, NtaRun.MEAN_LOSS)) {
      List<List<Estimate>> rows = new ArrayList<>();
      for (int y = 0; y < ys.length; y++) {
        List<Estimate> row = new ArrayList<>();
        for (int i = 0; i < xs.length; i++) {
          row.add(SeedBootstrap.median(
              runs.get(y * xs.length + i).stream().mapToDouble(run -> run.figure(figure, 1)).toArray()));
        }
        rows.add(row);
      }
      grids.add(new Grid(figure, x, xs, "block length", ys, rows));
    }
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
    return new NtaResults(experiment.printed(), experiment.question(), List.of(), findings, grids, List.of(),
        List.of());
  }

  /// In how many seeds paths specialise.
  public static NtaResults specialisationRate(NtaStudy study, NtaSettings settings) throws IOException {
    List<ArmResults> arms = arms(study, Arm.of("flexible", settings).atEnd());
    ArmResults flexible = arms.getFirst();
    return new NtaResults(NtaExperiment.SPECIALISATION_RATE, arms, List.of(
        specialised("seeds whose matched pairs align above 0.9", flexible),
        Finding.reported("weakest alignment of a matched pair",
            SeedBootstrap.median(flexible.figure(NtaRun.WEAKEST, 1))),
        published(settings, "alignment of other pairs", 0, 0.06,
            SeedBootstrap.median(flexible.figure(NtaRun.UNMATCHED, 1))),
        published(settings, "time to loss %s in the last block (τ_w)".formatted(settings.criterion()), 0, 0.07,
            SeedBootstrap.median(flexible.figure(NtaRun.TIME_TO_CRITERION, 1)))));
  }

  private static Finding specialised(String name, ArmResults arm) {
    double[] weakest = arm.figure(NtaRun.WEAKEST, -1);
    boolean[] above = new boolean[weakest.length];
    for (int s = 0; s < above.length; s++) {
      above[s] = weakest[s] > ALIGNED;
    }
    return Finding.between(name, 0.9, 1, SeedBootstrap.share(above));
  }

  /// How far runs at coarser steps are from one at a quarter of the step, without a batch's noise: the gradient is that over
  /// all inputs.
  public static NtaResults stepSize(NtaStudy study, NtaSettings settings) throws IOException {
    double[] steps = {4 * settings.dt(), 2 * settings.dt(), settings.dt(), settings.dt() / 2, settings.dt() / 4};
    List<Arm> planned = Arrays.stream(steps)
        .mapToObj(dt -> Arm.of("dt " + (float) dt, settings.withSteps(dt, 0))).toList();
    List<ArmResults> arms = arms(study, planned.toArray(Arm[]::new));
    double[][] reference = arms.getLast().bySeed().get(NtaRun.SPECIALISATION);
    double[][] referenceTime = arms.getLast().bySeed().get(NtaRun.TIME_TO_CRITERION);
    List<Finding> findings = new ArrayList<>();
    double[][] errors = new double[steps.length - 1][];
    for (int k = 0; k + 1 < steps.length; k++) {
      errors[k] = largestDeviation(arms.get(k).bySeed().get(NtaRun.SPECIALISATION), reference);
      findings.add(Finding.reported("dt %s: largest deviation of w̄ in any block".formatted((float) steps[k]),
          SeedBootstrap.median(errors[k])));
      findings.add(Finding.reported(
          "dt %s: largest deviation of the time to criterion (τ_w)".formatted((float) steps[k]),
          SeedBootstrap.median(largestDeviation(arms.get(k).bySeed().get(NtaRun.TIME_TO_CRITERION), referenceTime))));
    }
    // Against a reference at h/4 an error of first order falls from 4h to 2h by (4 − ¼)/(2 − ¼).
    double[] order = ratio(errors[0], errors[1]);
    findings.add(Finding.between("error at 4 dt over that at 2 dt; 2.14 is first order, as Euler's is", 1.8, 2.5,
        SeedBootstrap.median(order)));
    return new NtaResults(NtaExperiment.STEP_SIZE, arms, findings,
        "Gradients are those over all inputs; deviations are from runs at a quarter of the step.");
  }

  private static double[] largestDeviation(double[][] found, double[][] reference) {
    double[] largest = new double[found.length];
    for (int s = 0; s < found.length; s++) {
      for (int b = 0; b < found[s].length; b++) {
        largest[s] = Math.max(largest[s], Math.abs(found[s][b] - reference[s][b]));
      }
    }
    return largest;
  }

  /// Teachers at rising cosines, flexible beside forgetful.
  public static NtaResults overlap(NtaStudy study, NtaSettings settings) throws IOException {
    double[] overlaps = {0, 0.2, 0.4, 0.6, 0.8};
    List<Arm> planned = new ArrayList<>();
    for (double overlap : overlaps) {
      NtaSettings at = settings.withTasks(settings.teachers(), overlap, settings.outputs(), settings.paths());
      planned.add(Arm.of("overlap %s, flexible".formatted(overlap), at));
      planned.add(Arm.of("overlap %s, forgetful".formatted(overlap), at.forgetful()));
    }
    List<ArmResults> arms = arms(study, planned.toArray(Arm[]::new));
    List<Finding> findings = new ArrayList<>();
    double[][] x = new double[study.seeds()][overlaps.length];
    double[][] alignment = new double[study.seeds()][overlaps.length];
    double[][] specialisation = new double[study.seeds()][overlaps.length];
    for (int k = 0; k < overlaps.length; k++) {
      ArmResults flexible = arms.get(2 * k);
      ArmResults forgetful = arms.get(2 * k + 1);
      for (int s = 0; s < study.seeds(); s++) {
        x[s][k] = overlaps[k];
        alignment[s][k] = flexible.figure(NtaRun.TOTAL_ALIGNMENT, -1)[s];
        specialisation[s][k] = flexible.figure(NtaRun.SPECIALISATION, -1)[s];
      }
      findings.add(Finding.reported(flexible.name() + ": total alignment",
          SeedBootstrap.median(flexible.figure(NtaRun.TOTAL_ALIGNMENT, -1))));
      findings.add(Finding.reported(flexible.name() + ": mean loss of the last block",
          SeedBootstrap.median(flexible.figure(NtaRun.MEAN_LOSS, -1))));
      findings.add(Finding.reported(forgetful.name() + ": mean loss of the last block",
          SeedBootstrap.median(forgetful.figure(NtaRun.MEAN_LOSS, -1))));
    }
    findings.add(Finding.reported("rank correlation of total alignment with overlap",
        SeedBootstrap.correlation(x, alignment)));
    findings.add(Finding.reported("rank correlation of specialisation w̄ with overlap",
        SeedBootstrap.correlation(x, specialisation)));
    return new NtaResults(NtaExperiment.OVERLAP, arms, findings);
  }

  /// More paths than teachers, and fewer. Teachers have six outputs, so that three of them are orthogonal too, and the loss
  /// that counts as learned shrinks with them.
  public static NtaResults paths(NtaStudy study, NtaSettings settings) throws IOException {
    List<Arm> planned = new ArrayList<>();
    for (int teachers : new int[]{2, 3}) {
      for (int paths = 1; paths <= 4; paths++) {
        planned.add(Arm.of("%d teachers, %d path%s".formatted(teachers, paths, paths == 1 ? "" : "s"),
            settings.withTasks(teachers, 0, 6, paths)));
      }
    }
    List<ArmResults> arms = arms(study, planned.toArray(Arm[]::new));
    List<Finding> findings = new ArrayList<>();
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + ": mean loss of the last block",
          SeedBootstrap.median(arm.figure(NtaRun.MEAN_LOSS, -1))));
      findings.add(Finding.reported(arm.name() + ": total alignment of matched pairs",
          SeedBootstrap.median(arm.figure(NtaRun.TOTAL_ALIGNMENT, -1))));
    }
    return new NtaResults(NtaExperiment.PATHS, arms, findings);
  }

  /// A fully connected network whose second layer is fast and bounded, beside one whose layers are equally slow. (§5.)
  public static NtaResults fullyConnected(NtaStudy study, TwoLayerSettings settings) throws IOException {
    List<ArmResults> arms = arms(study, Arm.of("fast second layer", settings),
        Arm.of("forgetful", settings.forgetful()), Arm.of("fast second layer, dt / 10", settings.withStep(
            settings.dt() / 10)));
    ArmResults fast = arms.get(0);
    ArmResults forgetful = arms.get(1);
    String toCriterion = ": time to loss %s in the last block (τ₁)".formatted(settings.criterion());
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.surely("forgetful takes times as long in the last block", 1, Double.POSITIVE_INFINITY,
        SeedBootstrap.median(ratio(forgetful.figure(NtaRun.TIME_TO_CRITERION, -1),
            fast.figure(NtaRun.TIME_TO_CRITERION, -1)))));
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + toCriterion,
          SeedBootstrap.median(arm.figure(NtaRun.TIME_TO_CRITERION, -1))));
      findings.add(Finding.reported(arm.name() + ": row alignment",
          SeedBootstrap.median(arm.figure(TwoLayerBlocks.ROW_ALIGNMENT, -1))));
      findings.add(Finding.reported(arm.name() + ": weight on the task's own rows",
          SeedBootstrap.median(arm.figure(TwoLayerBlocks.GATED, -1))));
    }
    return new NtaResults(NtaExperiment.FULLY_CONNECTED, arms, findings);
  }

  /// The reduced system beside its exact solution, at several τ_c. (§4.)
  public static NtaResults exactSolution(NtaStudy study, NtaSettings settings, double[] tauC) {
    List<ExactSolution> runs = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    for (double each : tauC) {
      List<ExactSolution> ofSeeds = Arrays.stream(study.seedNumbers())
          .mapToObj(seed -> ExactSolution.of(settings, each, new SplittableRandom(seed))).toList();
      runs.add(ofSeeds.getFirst());
      double minimum = ofSeeds.getFirst().exactMinimum();
      findings.add(Finding.between("τ_c %s: largest |w̄ − exact|".formatted(each), 0, TOLERANCE,
          SeedBootstrap.median(ofSeeds.stream().mapToDouble(ExactSolution::deviation).toArray())));
      findings.add(Finding.between("τ_c %s: smallest w̄".formatted(each), minimum - TOLERANCE, minimum + TOLERANCE,
          SeedBootstrap.median(ofSeeds.stream().mapToDouble(ExactSolution::minimum).toArray())));
    }
    return new NtaResults(NtaExperiment.EXACT_SOLUTION.printed(), NtaExperiment.EXACT_SOLUTION.question(), List.of(),
        findings, List.of(), runs, List.of());
  }

  private static List<ArmResults> arms(NtaStudy study, Arm... planned) throws IOException {
    List<List<NtaRun>> runs = study.runs(List.of(planned));
    return IntStream.range(0, planned.length).mapToObj(a -> ArmResults.of(planned[a], runs.get(a))).toList();
  }

  /// a/b, seed by seed.
  private static double[] ratio(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(s -> a[s] / b[s]).toArray();
  }

  /// Blocks from one on, counted from 1; all where there are no more.
  private static double[][] from(int block, double[][] values) {
    return Arrays.stream(values)
        .map(blocks -> blocks.length > block ? Arrays.copyOfRange(blocks, block - 1, blocks.length) : blocks)
        .toArray(double[][]::new);
  }

  private static double[][] columns(double[][] values, int from, int count) {
    return Arrays.stream(values).map(row -> Arrays.copyOfRange(row, from, from + count)).toArray(double[][]::new);
  }
}
