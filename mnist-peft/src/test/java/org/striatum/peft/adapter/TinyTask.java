package org.striatum.peft.adapter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.striatum.peft.network.Mlp;

/// A network of a few units, a few inputs, and every adapter there is.
final class TinyTask {
  static final int[] WIDTHS = {6, 7, 5, 3};
  static final Mlp BASE = Mlp.random(WIDTHS, new SplittableRandom(3));
  static final float[] X = inputs(11 * WIDTHS[0]);
  static final byte[] LABELS = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1};

  private TinyTask() {}

  private static float[] inputs(int count) {
    RandomGenerator random = new SplittableRandom(5);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  static List<Adapter> trainable() {
    return List.of(new Adapter.TauGate(true, true, 3), new Adapter.TauGate(true, false, 10),
        new Adapter.TauGate(false, true, 10), new Adapter.BitFit(), new Adapter.Ia3(), new Adapter.ScaleShift(),
        new Adapter.Bottleneck(1), new Adapter.Bottleneck(3), new Adapter.LoReft(1), new Adapter.LoReft(2),
        new Adapter.LoRa(1, 2), new Adapter.LoRa(4, 16), new Adapter.FullFineTuning());
  }

  /// Values away from the start, so that no slope is 0 by construction.
  static SequencedMap<String, float[]> values(Adapter adapter) {
    RandomGenerator random = new SplittableRandom(7);
    SequencedMap<String, float[]> values = new LinkedHashMap<>(Parameters.initial(adapter, BASE, random));
    values.replaceAll((name, start) -> {
      float[] moved = start.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += name.endsWith("rotation") ? 0 : (float) (0.2 * random.nextGaussian());
      }
      return moved;
    });
    return values;
  }

  static TrainedAdapter trained(Adapter adapter) {
    return new TrainedAdapter(adapter, BASE.sha256(), WIDTHS, values(adapter), provenance());
  }

  static Provenance provenance() {
    return new Provenance("nothing", LABELS.length, 1, new AdapterTraining(AdapterTraining.Optimizer.SGD, 0.1, 1, 4),
        1);
  }
}
