package org.striatum.peft.nta.run;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.striatum.peft.nta.network.TwoLayerNetwork;
import org.striatum.peft.nta.setting.TwoLayerSettings;
import org.striatum.peft.nta.task.Regression;
import org.striatum.peft.nta.task.SecondMoments;
import org.striatum.peft.nta.task.Teachers.Task;
import org.striatum.peft.nta.task.Teachers;
import org.striatum.probe.stats.DotProduct;

/// One run of a fully connected two-layer linear network through its blocks: does one layer learn to gate the other? (§5.)
public final class TwoLayerBlocks {
  /// Mean over hidden units of the largest |cosine| between its row of W₁ and any teacher's row: 1 where every unit is one
  /// output of one teacher.
  public static final String ROW_ALIGNMENT = "row alignment";
  /// Share of ΣW₂² that leads from a hidden unit to the output its row of W₁ is most like, in the current task's teacher.
  public static final String GATED = "weight on the task's own rows";

  private final TwoLayerSettings settings;
  private final Teachers teachers;
  private final TwoLayerNetwork network;
  private final SecondMoments moments;
  private final double[] difference; // (outputs, inputs)
  private final RunRecorder recording;

  private TwoLayerBlocks(TwoLayerSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.teachers = Teachers.orthogonal(settings.tasks().teachers(), settings.tasks().outputs(),
        settings.tasks().inputs(), random);
    this.network = new TwoLayerNetwork(settings.tasks().inputs(), settings.hidden(), settings.tasks().outputs(),
        settings.dynamics().regulariser(), random);
    this.moments = new SecondMoments(settings.tasks().inputs(), settings.dynamics().batch(), random);
    this.difference = new double[settings.tasks().outputs() * settings.tasks().inputs()];
    this.recording = new RunRecorder(settings.blocks().count(), settings.stepsOfBlock(), settings.dynamics().dt(),
        settings.dynamics().tauW(),
        settings.criterion());
  }

  /// Runs one seed.
  ///
  /// @throws DivergedException if its loss does not stay finite
  public static NtaRun run(TwoLayerSettings settings, long seed) {
    TwoLayerBlocks blocks = new TwoLayerBlocks(settings, new SplittableRandom(seed));
    for (int b = 0; b < settings.blocks().count(); b++) {
      blocks.block(b, blocks.teachers.task(b % settings.tasks().teachers()));
    }
    return blocks.recording.run(seed);
  }

  private void block(int b, Task task) {
    for (int step = 0; step < settings.stepsOfBlock(); step++) {
      if (recording.loss(b, step, task.loss(network.map()))) {
        recording.curve(ROW_ALIGNMENT, rowAlignment());
        recording.curve(GATED, gated(task));
      }
      network.step(
          new Regression.OfTeacher(settings.tasks().outputs(), settings.tasks().inputs(), task.map(), moments.draw(),
              difference),
          settings.dynamics().weightStep(), settings.dynamics().gateStep());
    }
    recording.end(b, task.loss(network.map()));
    recording.figure(ROW_ALIGNMENT, b, rowAlignment());
    recording.figure(GATED, b, gated(task));
  }

  private double rowAlignment() {
    double sum = 0;
    for (int h = 0; h < settings.hidden(); h++) {
      sum += Math.abs(cosine(h, likest(h)));
    }
    return sum / settings.hidden();
  }

  private double gated(Task task) {
    double own = 0;
    double all = 0;
    for (int h = 0; h < settings.hidden(); h++) {
      int row = likest(h);
      for (int i = 0; i < settings.tasks().outputs(); i++) {
        double weight = network.second()[i * settings.hidden() + h];
        all += weight * weight;
        own += row == task.teacherOfOutput()[i] * settings.tasks().outputs() + i ? weight * weight : 0;
      }
    }
    return own / all;
  }

  /// The teachers' row, counted through all teachers, that a hidden unit's row is most like, whatever the sign.
  private int likest(int h) {
    int best = 0;
    for (int row = 1; row < settings.tasks().teachers() * settings.tasks().outputs(); row++) {
      best = Math.abs(cosine(h, row)) > Math.abs(cosine(h, best)) ? row : best;
    }
    return best;
  }

  private double cosine(int h, int row) {
    int inputs = settings.tasks().inputs();
    double[] teacher = teachers.weights().get(row / settings.tasks().outputs());
    int from = row % settings.tasks().outputs() * inputs;
    int unit = h * inputs;
    double[] first = network.first();
    double squares = DotProduct.of(first, unit, first, unit, inputs);
    double teacherSquares = DotProduct.of(teacher, from, teacher, from, inputs);
    double product = DotProduct.of(first, unit, teacher, from, inputs);
    return squares == 0 ? 0 : product / Math.sqrt(squares * teacherSquares);
  }
}
