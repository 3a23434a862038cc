package org.striatum.peft.nta.run;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.striatum.peft.nta.measure.Alignment;
import org.striatum.peft.nta.measure.ModeProjection;
import org.striatum.peft.nta.network.GatedLinearNetwork;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.setting.TaskBlocks.Novelty;
import org.striatum.peft.nta.task.Regression;
import org.striatum.peft.nta.task.SecondMoments;
import org.striatum.peft.nta.task.Teachers.Task;
import org.striatum.peft.nta.task.Teachers;
import org.striatum.probe.stats.DotProduct;

/// One run of a gated linear network through its blocks. (§2, §3.)
///
/// Where there are two paths, two teachers and one gate a path, the run also shows how gates and weights drive each other.
/// With V = Σ c W, a residual W*_active − V = Σ_m ε_m W*^m, and c̄, w̄ as [Alignment] has them:
///
///     τ_c ċ^p = Σ_m ε_m ⟨W^p, W*^m⟩ − ∂R/∂c^p      τ_w dw̄/dt = ½ c̄ (ε₁ − ε₂)
///
/// Gates switch the faster the further weights are aligned and the longer they are; the difference of errors drives weights
/// apart. (§4 and App. C.)
public final class AlternatingBlocks {
  /// dc̄/dt of the loss when a block begins, towards the gate that is needed.
  public static final String SWITCHING_SPEED = "switching speed";
  /// Until the needed gate is the wider one, in units of τ_w; a block's length where it never is.
  public static final String CROSSING = "time to gate switch";
  /// √Σ‖W^p‖² over √Σ‖W*^m‖² when a block begins.
  public static final String NORM_BEFORE = "weight norm at start";
  public static final String ALIGNMENT_BEFORE = "total alignment at start";
  /// Of w̄ over a block.
  public static final String CHANGE = "change of specialisation";
  /// ∫ ½ c̄ (ε₁ − ε₂) dt/τ_w over a block: what the equation says.
  public static final String DRIVEN = "change driven by the errors' difference";

  /// [ModeProjection] at a block's end.
  public static final String OWN_MODES = "own teacher's modes";
  public static final String MODE_SPREAD = "spread over own teacher's modes";
  public static final String OTHER_MODES = "other teacher's modes";
  public static final String BETWEEN_MODES = "between own teacher's modes";

  private final NtaSettings settings;
  private final Teachers teachers;
  private final GatedLinearNetwork network;
  private final SecondMoments moments;
  private final double[] difference;
  private final RunRecorder recording;

  private AlternatingBlocks(NtaSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.teachers = Teachers.overlapping(settings.tasks().teachers(), settings.tasks().outputs(),
        settings.tasks().inputs(),
        settings.tasks().overlap(), random);
    this.network = new GatedLinearNetwork(settings.paths().count(), settings.tasks().outputs(),
        settings.tasks().inputs(),
        settings.paths().gatePerOutput(), random);
    this.moments = new SecondMoments(settings.tasks().inputs(), settings.dynamics().batch(), random);
    this.difference = new double[settings.tasks().outputs() * settings.tasks().inputs()];
    this.recording = new RunRecorder(settings.blocks().count(), settings.stepsOfBlock(), settings.dynamics().dt(),
        settings.dynamics().tauW(),
        settings.criterion());
  }

  /// Runs one seed.
  ///
  /// @throws DivergedException if its loss does not stay finite
  public static NtaRun run(NtaSettings settings, long seed) {
    AlternatingBlocks blocks = new AlternatingBlocks(settings, new SplittableRandom(seed));
    for (int b = 0; b < settings.blocks().count(); b++) {
      blocks.block(b, settings.blocks().task(blocks.teachers, b));
    }
    return blocks.recording.run(seed);
  }

  private void block(int b, Task task) {
    Mechanism mechanism = shown() ? new Mechanism(b, task) : null;
    double[] gates = network.gates();
    for (int step = 0; step < settings.stepsOfBlock(); step++) {
      if (recording.loss(b, step, task.loss(network.map()))) {
        for (int g = 0; g < gates.length; g++) {
          recording.curve(NtaRun.GATE + (g + 1), gates[g]);
        }
        Alignment now = alignment();
        recording.curve(NtaRun.TOTAL_ALIGNMENT, now.total());
        recording.curve(NtaRun.SPECIALISATION,
            now.specialisation(network.weights(), settings.paths().count(), teachers));
        recording.curve(NtaRun.GATE_SEPARATION, now.separation(gates, settings.paths().count(), task));
      }
      if (mechanism != null) {
        mechanism.before(step);
      }
      network.step(
          new Regression.OfTeacher(settings.tasks().outputs(), settings.tasks().inputs(), task.map(), moments.draw(),
              difference),
          settings.dynamics().regulariser(), settings.dynamics().weightStep(), settings.dynamics().gateStep());
    }
    recording.end(b, task.loss(network.map()));
    Alignment learned = alignment();
    recording.figure(NtaRun.TOTAL_ALIGNMENT, b, learned.total());
    recording.figure(NtaRun.MATCHED, b, learned.matched());
    recording.figure(NtaRun.WEAKEST, b, learned.weakest());
    recording.figure(NtaRun.UNMATCHED, b, learned.unmatched());
    recording.figure(NtaRun.SPECIALISATION, b,
        learned.specialisation(network.weights(), settings.paths().count(), teachers));
    recording.figure(NtaRun.GATE_SEPARATION, b, learned.separation(gates, settings.paths().count(), task));
    if (mechanism != null) {
      mechanism.end();
    }
  }

  private Alignment alignment() {
    return Alignment.of(network.weights(), settings.paths().count(), teachers, settings.paths().gatePerOutput());
  }

  private boolean shown() {
    return settings.paths().count() == 2 && settings.tasks().teachers() == 2 && !settings.paths().gatePerOutput()
        && settings.tasks().overlap() == 0
        && settings.blocks().novelty() == Novelty.NONE;
  }

  /// Gates and weights driving each other through one block, paths matched as they were when it began.
  private final class Mechanism {
    private final int block;
    private final int active;
    private final int own;
    private final int[] pathOf;
    private final double teacherSquares;
    private final double specialisationBefore;
    private double driven;
    private boolean crossed;

    Mechanism(int block, Task task) {
      this.block = block;
      this.active = task.teacherOfOutput()[0];
      Alignment before = alignment();
      this.pathOf = before.pathOf()[0];
      this.own = pathOf[active];
      this.teacherSquares = DotProduct.of(task.map(), task.map());
      this.specialisationBefore = specialisation();
      double[] weights = network.weights();
      recording.figure(ALIGNMENT_BEFORE, block, before.total());
      recording.figure(NORM_BEFORE, block, Math.sqrt(DotProduct.of(weights, weights) / (2 * teacherSquares)));
      recording.figure(CROSSING, block, settings.blocks().length() / settings.dynamics().tauW());
      double speed = 0;
      for (int m = 0; m < 2; m++) {
        speed += error(m) * teacherSquares * (along(own, m) - along(1 - own, m));
      }
      recording.figure(SWITCHING_SPEED, block, speed / settings.dynamics().tauC());
    }

    void before(int step) {
      double[] gates = network.gates();
      double ofFirst = gates[pathOf[0]] - gates[pathOf[1]];
      driven += 0.5 * ofFirst * (error(0) - error(1)) * settings.dynamics().weightStep();
      if (!crossed && gates[own] > gates[1 - own]) {
        crossed = true;
        recording.figure(CROSSING, block, step * settings.dynamics().weightStep());
      }
    }

    void end() {
      recording.figure(CHANGE, block, specialisation() - specialisationBefore);
      recording.figure(DRIVEN, block, driven);
      ModeProjection modes = ModeProjection.of(network.weights(), 2, teachers, alignment().pathOf()[0]);
      recording.figure(OWN_MODES, block, modes.own());
      recording.figure(MODE_SPREAD, block, modes.spread());
      recording.figure(OTHER_MODES, block, modes.other());
      recording.figure(BETWEEN_MODES, block, modes.between());
    }

    /// ε_m = ⟨W*_active − V, W*^m⟩ / ‖W*^m‖².
    private double error(int m) {
      return (m == active ? 1 : 0) - network.gates()[0] * along(0, m) - network.gates()[1] * along(1, m);
    }

    /// ⟨W^p, W*^m⟩ / ‖W*^m‖².
    private double along(int p, int m) {
      return DotProduct.of(network.weights(), p * teachers.size(), teachers.weights().get(m), 0, teachers.size())
          / teacherSquares;
    }

    private double specialisation() {
      double first = along(pathOf[0], 0) - along(pathOf[1], 0);
      double second = along(pathOf[1], 1) - along(pathOf[0], 1);
      return 0.5 * (first + second);
    }
  }
}
