package org.striatum.peft.nta.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.network.GateRegulariser.Norm;
import org.striatum.peft.nta.task.Regression;
import org.striatum.probe.value.GradientTape;

class GatedLinearNetworkTest {
  private static final int PATHS = 3;
  private static final int OUTPUTS = 4;
  private static final int INPUTS = 6;
  private static final int BATCH = 7;
  private static final double[] TARGET = values(OUTPUTS * INPUTS, 1);
  private static final double[] X = values(BATCH * INPUTS, 2);
  private static final GateRegulariser REGULARISER = new GateRegulariser(0.4, 1, Norm.L1, 5);

  private static double[] values(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextGaussian();
    }
    return values;
  }

  private static Regression batch() {
    double[] moments = new double[INPUTS * INPUTS];
    for (int b = 0; b < BATCH; b++) {
      for (int i = 0; i < INPUTS; i++) {
        for (int j = 0; j < INPUTS; j++) {
          moments[i * INPUTS + j] += X[b * INPUTS + i] * X[b * INPUTS + j] / BATCH;
        }
      }
    }
    return new Regression.OfTeacher(OUTPUTS, INPUTS, TARGET, moments);
  }

  private static GatedLinearNetwork network(boolean perOutput, double[] weights, double[] gates) {
    return new GatedLinearNetwork(PATHS, OUTPUTS, INPUTS, perOutput, weights.clone(), gates.clone());
  }

  private static double[] gates(boolean perOutput) {
    return values(PATHS * (perOutput ? OUTPUTS : 1), 4);
  }

  /// The hand-written gradients beside automatic differentiation of y_i = Σ_p c_i^p (W^p x)_i over the batch itself.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreThoseOfAnAutogradEngine(boolean perOutput) {
    double[] weights = values(PATHS * OUTPUTS * INPUTS, 3);
    double[] gates = gates(perOutput);
    GatedLinearNetwork network = network(perOutput, weights, gates);
    double loss = network.gradient(batch(), REGULARISER);
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      NDArray w = manager.create(weights, new Shape(PATHS, OUTPUTS, INPUTS));
      NDArray c = manager.create(gates, new Shape(PATHS, perOutput ? OUTPUTS : 1, 1));
      NDArray x = manager.create(X, new Shape(BATCH, INPUTS));
      NDArray target = manager.create(TARGET, new Shape(OUTPUTS, INPUTS));
      w.setRequiresGradient(true);
      c.setRequiresGradient(true);
      try (GradientTape tape = GradientTape.start()) {
        NDArray y = x.matMul(c.mul(w).sum(new int[]{0}).transpose());
        NDArray error = y.sub(x.matMul(target.transpose()));
        NDArray fit = error.mul(error).sum(new int[]{1}).mean().mul(0.5);
        NDArray negative = c.neg().maximum(manager.create(0.0)).sum().mul(10);
        NDArray excess = c.abs().sum().sub(1);
        NDArray norm = excess.mul(excess).mul(0.5 * 10);
        tape.backward(fit.add(negative.add(norm.mul(5)).mul(0.4 / 6)));
        assertThat(fit.toType(DataType.FLOAT64, false).getDouble()).isCloseTo(loss, within(1e-12));
      }
      assertClose(network.weightGradient(), w.getGradient().toDoubleArray());
      assertClose(network.gateGradient(), c.getGradient().toDoubleArray());
    }
  }

  private static void assertClose(double[] found, double[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-11));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void gradientsAreTheLossesSlope(boolean perOutput) {
    double[] weights = values(PATHS * OUTPUTS * INPUTS, 3);
    double[] gates = gates(perOutput);
    GatedLinearNetwork network = network(perOutput, weights, gates);
    network.gradient(batch(), GateRegulariser.NONE);
    double h = 1e-5;
    for (int i = 0; i < weights.length; i++) {
      double[] above = weights.clone();
      double[] below = weights.clone();
      above[i] += h;
      below[i] -= h;
      double slope = (loss(perOutput, above, gates) - loss(perOutput, below, gates)) / (2 * h);
      assertThat(network.weightGradient()[i]).isCloseTo(slope, within(1e-8));
    }
    for (int i = 0; i < gates.length; i++) {
      double[] above = gates.clone();
      double[] below = gates.clone();
      above[i] += h;
      below[i] -= h;
      double slope = (loss(perOutput, weights, above) - loss(perOutput, weights, below)) / (2 * h);
      assertThat(network.gateGradient()[i]).isCloseTo(slope, within(1e-8));
    }
  }

  private static double loss(boolean perOutput, double[] weights, double[] gates) {
    return network(perOutput, weights, gates).gradient(batch(), GateRegulariser.NONE);
  }

  /// W −= (dt/τ_w) ∇W and c −= (dt/τ_c) ∇c, both from where the step began.
  @Test
  void stepsBothAtOnce() {
    double[] weights = values(PATHS * OUTPUTS * INPUTS, 3);
    double[] gates = gates(false);
    GatedLinearNetwork before = network(false, weights, gates);
    before.gradient(batch(), REGULARISER);
    GatedLinearNetwork stepped = network(false, weights, gates);
    stepped.step(batch(), REGULARISER, 0.01, 0.1);
    for (int i = 0; i < weights.length; i++) {
      assertThat(stepped.weights()[i]).isCloseTo(weights[i] - 0.01 * before.weightGradient()[i], within(1e-14));
    }
    for (int i = 0; i < gates.length; i++) {
      assertThat(stepped.gates()[i]).isCloseTo(gates[i] - 0.1 * before.gateGradient()[i], within(1e-14));
    }
  }

  /// Gates that are equal along outputs are one gate a path.
  @Test
  void equalGatesOfOutputsAreOneGate() {
    double[] weights = values(PATHS * OUTPUTS * INPUTS, 3);
    double[] spread = new double[PATHS * OUTPUTS];
    for (int i = 0; i < spread.length; i++) {
      spread[i] = gates(false)[i / OUTPUTS];
    }
    assertThat(network(true, weights, spread).map()).containsExactly(network(false, weights, gates(false)).map());
  }

  @Test
  void refusesArraysThatDoNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GatedLinearNetwork(0, 2, 2, false, new double[0], new double[0]))
        .withMessage("a network needs at least 1 path, found 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GatedLinearNetwork(2, 2, 2, true, new double[8], new double[2]))
        .withMessage("a network of 2 paths from 2 inputs to 2 outputs must have 8 weights and 4 gates, found 8 and 2");
  }
}
