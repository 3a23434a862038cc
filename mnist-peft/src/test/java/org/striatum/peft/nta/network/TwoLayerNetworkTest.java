package org.striatum.peft.nta.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.task.Regression;
import org.striatum.peft.nta.task.SecondMoments;
import org.striatum.peft.nta.task.Teachers;

class TwoLayerNetworkTest {
  @Test
  void gradientsAreTheLossesSlope() {
    TwoLayerNetwork network = new TwoLayerNetwork(6, 4, 3, new GateRegulariser(0, 1, GateRegulariser.Norm.L2, 10),
        new SplittableRandom(1));
    for (int i = 0; i < network.first().length; i++) {
      network.first()[i] = Math.sin(i + 1);
    }
    Teachers teachers = Teachers.orthogonal(2, 3, 6, new SplittableRandom(2));
    double[] moments = new SecondMoments(6, 9, new SplittableRandom(3)).draw();
    Regression batch = new Regression.OfTeacher(3, 6, teachers.weights().getFirst(), moments);
    network.gradient(batch);
    check(network, batch, network.first(), network.firstGradient().clone());
    network.gradient(batch);
    check(network, batch, network.second(), network.secondGradient().clone());
  }

  private static void check(TwoLayerNetwork network, Regression batch, double[] weights, double[] gradient) {
    double h = 1e-5;
    for (int i = 0; i < weights.length; i++) {
      double held = weights[i];
      weights[i] = held + h;
      double above = network.gradient(batch);
      weights[i] = held - h;
      double below = network.gradient(batch);
      weights[i] = held;
      assertThat(gradient[i]).isCloseTo((above - below) / (2 * h), within(1e-8));
    }
  }
}
