package org.striatum.peft.nta.run;

import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.peft.nta.network.GatedLinearNetwork;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.task.Regression;
import org.striatum.peft.nta.task.SecondMoments;
import org.striatum.peft.nta.task.Teachers;

/// The reduced system, started specialised and switched once, compared with its exact solution: (§4.)
///
///     w̄ = √(1 − ½ (τ_c/τ_w) (1 − c̄²))
///
/// One input, two outputs, two teachers that are orthogonal in their outputs; W^p = W*^p and c = (1, 0), so w̄ = c̄ = 1. Then
/// the second task follows: c̄ runs from 1 to −1, w̄ dips and recovers. It follows from dw̄²/dc̄² = ½ τ_c/τ_w.
///
/// @param tauC τ_c
/// @param separation c̄ at points of the run: (points)
/// @param specialisation w̄ there: (points)
/// @param exact w̄ by the formula at the same c̄: (points)
/// @param deviation largest |w̄ − exact| over all steps
/// @param minimum smallest w̄ over all steps
/// @param exactMinimum √(1 − ½ τ_c/τ_w)
/// @param switched whether c̄ fell below 0 within the block, so that w̄ has been where it is smallest
public record ExactSolution(double tauC, float[] separation, float[] specialisation, float[] exact, double deviation,
    double minimum, double exactMinimum, boolean switched) {
  private static final int POINTS = 200;

  /// Refuses a τ_c at which the formula has no real solution.
  ///
  /// @throws IllegalArgumentException if it is not below 2 τ_w: w̄ would reach 0 before gates had switched
  public static void requireReal(NtaSettings settings, double tauC) {
    double tauW = settings.dynamics().tauW();
    if (!(tauC > 0 && tauC < 2 * tauW)) {
      throw new IllegalArgumentException(
          "τ_c must be below 2 τ_w = %s, where the exact w̄ = √(1 − ½ τ_c/τ_w) is real, found %s"
              .formatted(2 * tauW, tauC));
    }
  }

  /// Runs the system. One input's second moment scales both gradients alike, so that a batch's noise changes when a point is
  /// passed but not the path.
  ///
  /// @param tauC τ_c; everything else as `settings` says
  /// @throws IllegalArgumentException as [#requireReal]
  public static ExactSolution of(NtaSettings settings, double tauC, RandomGenerator random) {
    requireReal(settings, tauC);
    Teachers teachers = Teachers.twoOutputs();
    double[] asked = teachers.weights().get(1);
    GatedLinearNetwork network = new GatedLinearNetwork(2, 2, 1, false, new double[]{1, 0, 0, 1}, new double[]{1, 0});
    SecondMoments moments = new SecondMoments(1, settings.dynamics().batch(), random);
    int steps = settings.stepsOfBlock();
    int every = Math.ceilDiv(steps, POINTS);
    float[] separation = new float[Math.ceilDiv(steps, every)];
    float[] specialisation = new float[separation.length];
    float[] exact = new float[separation.length];
    double deviation = 0;
    double minimum = 1;
    double last = 1;
    for (int step = 0; step < steps; step++) {
      double[] w = network.weights();
      last = network.gates()[0] - network.gates()[1]; // c̄
      double found = 0.5 * (w[0] - w[2] + w[3] - w[1]); // w̄
      double formula = Math.sqrt(1 - 0.5 * tauC / settings.dynamics().tauW() * (1 - last * last));
      deviation = Math.max(deviation, Math.abs(found - formula));
      minimum = Math.min(minimum, found);
      if (step % every == 0) {
        separation[step / every] = (float) last;
        specialisation[step / every] = (float) found;
        exact[step / every] = (float) formula;
      }
      network.step(new Regression.OfTeacher(2, 1, asked, moments.draw()), settings.dynamics().regulariser(),
          settings.dynamics().weightStep(), settings.dynamics().dt() / tauC);
    }
    return new ExactSolution(tauC, separation, specialisation, exact, deviation, minimum,
        Math.sqrt(1 - 0.5 * tauC / settings.dynamics().tauW()), last < 0);
  }

  /// The published time constants of gates.
  public static final List<Double> TAU_C = List.of(0.1, 0.178, 0.316, 0.562, 1.0);
}
