package org.striatum.peft.nta;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.striatum.peft.nta.Teachers.Task;
import org.striatum.probe.stats.DotProduct;

/// One run of a fully connected two-layer linear network through its blocks: does one layer come to gate the other? (§5.)
///
///     y = W₂ W₁ x      W₁ −= (dt/τ₁) W₂ᵀG      W₂ −= (dt/τ₂) (G W₁ᵀ + ∂R/∂W₂)      G = ∂L/∂(W₂W₁)
final class TwoLayerBlocks {
  /// Mean over hidden units of the largest |cosine| between its row of W₁ and any teacher's row: 1 where every unit is one
  /// output of one teacher.
  static final String ROW_ALIGNMENT = "row alignment";
  /// Share of ΣW₂² that leads from a hidden unit to the output its row of W₁ is most like, in the current task's teacher.
  static final String GATED = "weight on the task's own rows";

  private final TwoLayerSettings settings;
  private final Teachers teachers;
  private final double[] first; // W₁: (hidden, inputs)
  private final double[] second; // W₂: (outputs, hidden)
  private final double[] map; // W₂W₁: (outputs, inputs)
  private final double[] mapGradient; // G: (outputs, inputs)
  private final double[] firstGradient; // (hidden, inputs)
  private final double[] secondGradient; // (outputs, hidden)
  private final double[] difference; // (outputs, inputs)

  /// W₁ of deviation 0.01/√inputs; W₂ of deviation 1/√(outputs · hidden), so that its norm begins about where the
  /// regulariser holds it.
  TwoLayerBlocks(TwoLayerSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.teachers = Teachers.orthogonal(settings.teachers(), settings.outputs(), settings.inputs(), random);
    this.first = gaussian(settings.hidden() * settings.inputs(), 0.01 / Math.sqrt(settings.inputs()), random);
    this.second = gaussian(settings.outputs() * settings.hidden(),
        1 / Math.sqrt(settings.outputs() * settings.hidden()), random);
    this.map = new double[settings.outputs() * settings.inputs()];
    this.mapGradient = new double[map.length];
    this.firstGradient = new double[first.length];
    this.secondGradient = new double[second.length];
    this.difference = new double[map.length];
  }

  private static double[] gaussian(int count, double deviation, RandomGenerator random) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = deviation * random.nextGaussian();
    }
    return values;
  }

  /// Runs one seed.
  ///
  /// @throws IllegalArgumentException if it diverges
  static NtaRun run(TwoLayerSettings settings, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    TwoLayerBlocks network = new TwoLayerBlocks(settings, random);
    SecondMoments moments = new SecondMoments(settings.inputs(), settings.batch(), random);
    Recording recording = new Recording(settings.blocks(), settings.stepsOfBlock(), settings.dt(), settings.tau1(),
        settings.criterion());
    for (int b = 0; b < settings.blocks(); b++) {
      Task task = network.teachers.task(b % settings.teachers());
      for (int step = 0; step < settings.stepsOfBlock(); step++) {
        if (recording.loss(b, step, task.loss(network.map()))) {
          recording.curve(ROW_ALIGNMENT, network.rowAlignment());
          recording.curve(GATED, network.gated(task));
        }
        network.step(new Regression.OfTeacher(settings.outputs(), settings.inputs(), task.map(), moments.draw(),
            network.difference));
      }
      recording.end(b, task.loss(network.map()));
      recording.figure(ROW_ALIGNMENT, b, network.rowAlignment());
      recording.figure(GATED, b, network.gated(task));
    }
    return recording.run(seed);
  }

  /// One Euler step of both layers.
  void step(Regression batch) {
    gradient(batch);
    for (int i = 0; i < first.length; i++) {
      first[i] -= settings.dt() / settings.tau1() * firstGradient[i];
    }
    for (int i = 0; i < second.length; i++) {
      second[i] -= settings.dt() / settings.tau2() * secondGradient[i];
    }
  }

  /// The loss, and the gradients of loss and regulariser.
  double gradient(Regression batch) {
    int inputs = settings.inputs();
    int hidden = settings.hidden();
    double loss = batch.loss(map(), mapGradient);
    Arrays.fill(firstGradient, 0);
    for (int i = 0; i < settings.outputs(); i++) {
      for (int h = 0; h < hidden; h++) {
        double weight = second[i * hidden + h];
        double slope = 0;
        for (int j = 0; j < inputs; j++) {
          double g = mapGradient[i * inputs + j];
          slope += g * first[h * inputs + j];
          firstGradient[h * inputs + j] += weight * g;
        }
        secondGradient[i * hidden + h] = slope;
      }
    }
    settings.regulariser().addTo(secondGradient, second);
    return loss;
  }

  private double[] map() {
    int inputs = settings.inputs();
    int hidden = settings.hidden();
    Arrays.fill(map, 0);
    for (int i = 0; i < settings.outputs(); i++) {
      for (int h = 0; h < hidden; h++) {
        double weight = second[i * hidden + h];
        for (int j = 0; j < inputs; j++) {
          map[i * inputs + j] += weight * first[h * inputs + j];
        }
      }
    }
    return map;
  }

  double[] first() {
    return first;
  }

  double[] second() {
    return second;
  }

  double[] firstGradient() {
    return firstGradient;
  }

  double[] secondGradient() {
    return secondGradient;
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
      for (int i = 0; i < settings.outputs(); i++) {
        double weight = second[i * settings.hidden() + h];
        all += weight * weight;
        own += row == task.teacherOfOutput()[i] * settings.outputs() + i ? weight * weight : 0;
      }
    }
    return own / all;
  }

  /// The teachers' row, counted through all teachers, that a hidden unit's row is most like, whatever the sign.
  private int likest(int h) {
    int best = 0;
    for (int row = 1; row < settings.teachers() * settings.outputs(); row++) {
      best = Math.abs(cosine(h, row)) > Math.abs(cosine(h, best)) ? row : best;
    }
    return best;
  }

  private double cosine(int h, int row) {
    int inputs = settings.inputs();
    double[] teacher = teachers.weights().get(row / settings.outputs());
    int from = row % settings.outputs() * inputs;
    int unit = h * inputs;
    double squares = DotProduct.of(first, unit, first, unit, inputs);
    double teacherSquares = DotProduct.of(teacher, from, teacher, from, inputs);
    double product = DotProduct.of(first, unit, teacher, from, inputs);
    return squares == 0 ? 0 : product / Math.sqrt(squares * teacherSquares);
  }
}
