package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.rollout.Split;

class SignatureTestTest {
  static List<Signature> signatures(PlantedRollouts planted, DopamineSettings settings, long seed) {
    List<ValuedStep> all = planted.dataset("planted").valued(settings.gamma());
    PooledSteps pooled = PooledSteps.read(planted, all);
    List<double[][]> activations = new ArrayList<>();
    List<List<ValuedStep>> steps = new ArrayList<>();
    for (Split.Fold fold : List.of(Split.Fold.TRAIN, Split.Fold.TEST)) {
      int[] rows = IntStream.range(0, pooled.steps().size()).filter(i -> pooled.steps().get(i).fold() == fold)
          .toArray();
      steps.add(Arrays.stream(rows).mapToObj(pooled.steps()::get).toList());
      activations.add(IntStream.range(0, pooled.width()).mapToObj(j -> pooled.coordinate(j, rows))
          .toArray(double[][]::new));
    }
    double[] responses = SignatureTest.responses(steps.get(0), activations.get(0));
    return new SignatureTest(steps.get(1), settings).test(activations.get(1), responses, new SplittableRandom(seed));
  }

  @Test
  void explore() {
    for (int problems : new int[]{90, 180, 300}) {
      for (int draws : new int[]{0, 8, 16, 32}) {
        int[][] passes = new int[PlantedRollouts.PLANTED + 1][6];
        long start = System.nanoTime();
        int other = 0;
        int steps = 0;
        for (int seed = 0; seed < 10; seed++) {
          PlantedRollouts planted = PlantedRollouts.draw(new PlantedRollouts.Recipe(problems, 6, draws, 24, true, true),
              new SplittableRandom(seed));
          List<Signature> signatures = signatures(planted, DopamineSettings.DEFAULTS, seed);
          for (int c = 0; c < signatures.size(); c++) {
            Signature s = signatures.get(c);
            int[] row = passes[Math.min(c, PlantedRollouts.PLANTED)];
            row[0] += s.partial().passed() ? 1 : 0;
            row[1] += s.surprises().passed() ? 1 : 0;
            row[2] += s.flatness().passed() ? 1 : 0;
            row[3] += s.slopes().passed() ? 1 : 0;
            row[4] += s.permuted().passed() ? 1 : 0;
            row[5] += s.complete() ? 1 : 0;
            steps = s.flatness().steps();
            if (seed == 0 && c < 4)
              System.out.println(s.flatness() + " " + s.permuted());
          }
        }
        System.out.println(problems + " problems, K " + draws + ", predicted " + steps + ", s/seed "
            + (System.nanoTime() - start) / 1e10);
        for (int c = 0; c <= PlantedRollouts.PLANTED; c++) {
          System.out
              .println("  " + (c < PlantedRollouts.PLANTED ? PlantedRollouts.Feature.values()[c].name() : "noise x10")
                  + " " + Arrays.toString(passes[c]));
        }
      }
    }
    assertThat(1).isEqualTo(1);
  }
}
