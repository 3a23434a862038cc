package org.striatum.peft.nta.run;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.peft.nta.image.FeatureSet;
import org.striatum.peft.nta.image.LabelledMoments;
import org.striatum.peft.nta.measure.Alignment;
import org.striatum.peft.nta.network.GatedLinearNetwork;
import org.striatum.peft.nta.setting.LabelSettings;
import org.striatum.probe.stats.Ranks;

/// One run of a gated linear network that names the classes of images, one way in one block and another in the next.
///
/// The loss is half the mean squared error to one-hot names, over all test images.
public final class LabelBlocks {
  public static final String ACCURACY_AT_END = "accuracy at end";
  public static final String ACCURACY_OF_OTHER = "accuracy on the other task at end";
  static final String ACCURACY = "accuracy";
  /// Mean accuracy of paths alone, gates left out, each on one task, shared out so that accuracies add up to most.
  public static final String PATH_ACCURACY = "accuracy of single paths";

  private final LabelSettings settings;
  private final FeatureSet features;
  private final RandomGenerator random;
  private final int[][] names; // (tasks, classes)
  private final GatedLinearNetwork network;
  private final LabelledMoments tested; // of all test images, under the current names
  private final double[] firstProducts; // of the first names; others reorder its rows
  private final double[] gradient; // of the loss on test images, which nobody follows
  private final LabelledMoments seen; // of the current batch
  private final int[] drawn;
  private final RunRecorder recording;

  private LabelBlocks(LabelSettings settings, FeatureSet features, RandomGenerator random) {
    this.settings = settings;
    this.features = features;
    this.random = random;
    this.names = names(settings.tasks(), random);
    this.network = new GatedLinearNetwork(settings.paths(), LabelledImages.CLASSES, features.width(), false, random);
    this.tested = new LabelledMoments(features.width(), features.test(), features.testLabels());
    tested.of(IntStream.range(0, features.testLabels().length).toArray(), names[0]);
    this.firstProducts = tested.products().clone();
    this.gradient = new double[firstProducts.length];
    this.seen = new LabelledMoments(features.width(), features.train(), features.trainLabels());
    this.drawn = new int[settings.dynamics().batch()];
    this.recording = new RunRecorder(settings.blocks(), settings.steps(), settings.dynamics().dt(),
        settings.dynamics().tauW(),
        settings.criterion());
  }

  /// Runs one seed.
  ///
  /// @throws DivergedException if its loss does not stay finite
  public static NtaRun run(LabelSettings settings, FeatureSet features, long seed) {
    LabelBlocks blocks = new LabelBlocks(settings, features, new SplittableRandom(seed));
    for (int b = 0; b < settings.blocks(); b++) {
      blocks.block(b);
    }
    return blocks.recording.run(seed);
  }

  private void block(int b) {
    int[] named = names[b % names.length];
    rename(named);
    for (int step = 0; step < settings.steps(); step++) {
      if (recording.loss(b, step, loss())) {
        recording.curve(ACCURACY, accuracy(network.map(), features, named));
        for (int g = 0; g < settings.paths(); g++) {
          recording.curve(NtaRun.GATE + (g + 1), network.gates()[g]);
        }
      }
      Arrays.setAll(drawn, _ -> random.nextInt(features.trainLabels().length));
      seen.of(drawn, named);
      network.step(seen, settings.dynamics().regulariser(), settings.dynamics().weightStep(),
          settings.dynamics().gateStep());
    }
    recording.end(b, loss());
    recording.figure(ACCURACY_AT_END, b, accuracy(network.map(), features, named));
    recording.figure(ACCURACY_OF_OTHER, b, accuracy(network.map(), features, names[(b + 1) % names.length]));
    recording.figure(PATH_ACCURACY, b, pathAccuracy());
  }

  private double loss() {
    return tested.loss(network.map(), gradient);
  }

  /// Gives the classes of test images other names.
  private void rename(int[] named) {
    int width = features.width();
    for (int c = 0; c < named.length; c++) {
      System.arraycopy(firstProducts, names[0][c] * width, tested.products(), named[c] * width, width);
    }
  }

  /// Class → name, one row a task: classes in random order, each task shifting them one place further, so that no class has
  /// one name in two tasks.
  ///
  /// @return (tasks, classes)
  static int[][] names(int tasks, RandomGenerator random) {
    int[] order = IntStream.range(0, LabelledImages.CLASSES).toArray();
    Ranks.shuffle(order, random);
    int[][] names = new int[tasks][LabelledImages.CLASSES];
    for (int t = 0; t < tasks; t++) {
      for (int k = 0; k < order.length; k++) {
        names[t][order[k]] = order[(k + t) % order.length];
      }
    }
    return names;
  }

  /// Share of test images whose largest output has the right name.
  private static double accuracy(double[] map, FeatureSet features, int[] named) {
    int width = features.width();
    int right = 0;
    for (int i = 0; i < features.testLabels().length; i++) {
      int best = 0;
      double largest = Double.NEGATIVE_INFINITY;
      for (int o = 0; o < LabelledImages.CLASSES; o++) {
        double y = 0;
        for (int j = 0; j < width; j++) {
          y += map[o * width + j] * features.test()[i * width + j];
        }
        if (y > largest) {
          largest = y;
          best = o;
        }
      }
      right += best == named[features.testLabels()[i]] ? 1 : 0;
    }
    return (double) right / features.testLabels().length;
  }

  private double pathAccuracy() {
    int size = network.map().length;
    double[][] accuracy = new double[names.length][network.gates().length];
    for (int p = 0; p < network.gates().length; p++) {
      double[] alone = Arrays.copyOfRange(network.weights(), p * size, (p + 1) * size);
      for (int t = 0; t < names.length; t++) {
        accuracy[t][p] = accuracy(alone, features, names[t]);
      }
    }
    int[] pathOf = Alignment.assignment(accuracy);
    return IntStream.range(0, names.length).filter(t -> pathOf[t] >= 0).mapToDouble(t -> accuracy[t][pathOf[t]])
        .average().orElseThrow();
  }
}
