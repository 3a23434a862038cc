package org.striatum.peft.nta;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.peft.nta.NtaResults.ArmResults;
import org.striatum.probe.stats.Ranks;

/// A gated linear network that names the classes of images, one way in one block and another in the next: conflicting tasks,
/// which no single linear map can do. (§6, MNIST and Fashion-MNIST.)
///
/// The loss is half the mean squared error to one-hot names, over all test images.
public final class LabelPermutation {
  static final String ACCURACY_AT_END = "accuracy at end";
  static final String ACCURACY_OF_OTHER = "accuracy on the other task at end";
  static final String ACCURACY = "accuracy";
  /// Mean accuracy of paths alone, gates left out, each on one task, shared out so that accuracies add up to most.
  static final String PATH_ACCURACY = "accuracy of single paths";

  private LabelPermutation() {}

  /// Trains the features, then runs the network with bounded gates beside the same without and beside slow gates.
  public static NtaResults run(NtaStudy study, ImageSet images, LabelSettings settings) throws IOException {
    FeatureSet features = FeatureSet.of(images, settings.features(), settings.featureSeed());
    List<Arm> planned = List.of(arm("fast, bounded gates", settings, features),
        arm("fast gates, λ = 0", settings.unregularised(), features),
        arm("forgetful", settings.forgetful(), features));
    List<List<NtaRun>> runs = study.runs(planned);
    List<ArmResults> arms = IntStream.range(0, 3).mapToObj(a -> ArmResults.of(planned.get(a), runs.get(a))).toList();
    List<Finding> findings = new ArrayList<>();
    double[] bounded = arms.getFirst().figure(NtaRun.TIME_TO_CRITERION, -1);
    for (ArmResults arm : arms.subList(1, 3)) {
      double[] other = arm.figure(NtaRun.TIME_TO_CRITERION, -1);
      findings.add(Finding.surely(arm.name() + " takes times as long in the last block as bounded gates", 1,
          Double.POSITIVE_INFINITY, SeedBootstrap.median(
              IntStream.range(0, other.length).mapToDouble(s -> other[s] / bounded[s]).toArray())));
    }
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + ": time to loss %s in block 1 (τ_w)".formatted(settings.criterion()),
          SeedBootstrap.median(arm.figure(NtaRun.TIME_TO_CRITERION, 1))));
      findings.add(
          Finding.reported(arm.name() + ": time to loss %s in the last block (τ_w)".formatted(settings.criterion()),
              SeedBootstrap.median(arm.figure(NtaRun.TIME_TO_CRITERION, -1))));
      for (String figure : List.of(ACCURACY_AT_END, ACCURACY_OF_OTHER, PATH_ACCURACY)) {
        findings.add(Finding.reported(arm.name() + ": " + figure, SeedBootstrap.median(arm.figure(figure, -1))));
      }
    }
    return new NtaResults(NtaExperiment.LABEL_PERMUTATION, arms, findings,
        "Images are " + images.name() + "; no printed figure could be confirmed, the direction is the paper's.");
  }

  private static Arm arm(String name, LabelSettings settings, FeatureSet features) {
    return new Arm(name, settings, true, seed -> run(settings, features, seed));
  }

  static NtaRun run(LabelSettings settings, FeatureSet features, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int[][] names = names(settings.tasks(), random);
    GatedLinearNetwork network = new GatedLinearNetwork(settings.paths(), LabelledImages.CLASSES, features.width(),
        false, random);
    Moments all = new Moments(features.width(), features.test(), features.testLabels());
    all.of(IntStream.range(0, features.testLabels().length).toArray(), names[0]);
    double[] products = all.products.clone(); // of the first names; others reorder its rows
    Moments seen = new Moments(features.width(), features.train(), features.trainLabels());
    Recording recording = new Recording(settings.blocks(), settings.steps(), settings.dt(), settings.tauW(),
        settings.criterion());
    double[] gradient = new double[products.length];
    int[] drawn = new int[settings.batch()];
    for (int b = 0; b < settings.blocks(); b++) {
      int[] named = names[b % names.length];
      renamed(products, names[0], named, features.width(), all.products);
      for (int step = 0; step < settings.steps(); step++) {
        if (recording.loss(b, step, all.loss(network.map(), gradient))) {
          recording.curve(ACCURACY, accuracy(network.map(), features, named));
          for (int g = 0; g < settings.paths(); g++) {
            recording.curve(NtaRun.GATE + (g + 1), network.gates()[g]);
          }
        }
        Arrays.setAll(drawn, _ -> random.nextInt(features.trainLabels().length));
        seen.of(drawn, named);
        network.step(seen, settings.regulariser(), settings.dt() / settings.tauW(), settings.dt() / settings.tauC());
      }
      recording.end(b, all.loss(network.map(), gradient));
      recording.figure(ACCURACY_AT_END, b, accuracy(network.map(), features, named));
      recording.figure(ACCURACY_OF_OTHER, b, accuracy(network.map(), features, names[(b + 1) % names.length]));
      recording.figure(PATH_ACCURACY, b, pathAccuracy(network, features, names));
    }
    return recording.run(seed);
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

  private static void renamed(double[] products, int[] from, int[] to, int width, double[] result) {
    for (int c = 0; c < from.length; c++) {
      System.arraycopy(products, from[c] * width, result, to[c] * width, width);
    }
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

  private static double pathAccuracy(GatedLinearNetwork network, FeatureSet features, int[][] names) {
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

  /// Second moments of images and names: L(V) = ½ tr(V S Vᵀ) − ⟨V, R⟩ + ½ and ∂L/∂V = V S − R, with S = mean x xᵀ and R = mean
  /// y xᵀ over the images of a batch.
  private static final class Moments implements Regression {
    private final int width;
    private final float[] x;
    private final byte[] labels;
    private final double[] moments; // S: (width, width)
    private final double[] products; // R: (names, width)

    Moments(int width, float[] x, byte[] labels) {
      this.width = width;
      this.x = x;
      this.labels = labels;
      this.moments = new double[width * width];
      this.products = new double[LabelledImages.CLASSES * width];
    }

    void of(int[] images, int[] named) {
      Arrays.fill(moments, 0);
      Arrays.fill(products, 0);
      double share = 1.0 / images.length;
      for (int image : images) {
        int row = image * width;
        int name = named[labels[image]] * width;
        for (int i = 0; i < width; i++) {
          double value = share * x[row + i];
          products[name + i] += value;
          for (int j = 0; j <= i; j++) {
            moments[i * width + j] += value * x[row + j];
          }
        }
      }
      for (int i = 0; i < width; i++) {
        for (int j = i + 1; j < width; j++) {
          moments[i * width + j] = moments[j * width + i];
        }
      }
    }

    @Override
    public double loss(double[] map, double[] gradient) {
      double loss = 0.5;
      for (int row = 0; row < map.length; row += width) {
        for (int j = 0; j < width; j++) {
          gradient[row + j] = 0;
        }
        for (int k = 0; k < width; k++) {
          double v = map[row + k];
          for (int j = 0; j < width; j++) {
            gradient[row + j] += v * moments[k * width + j];
          }
        }
        for (int j = 0; j < width; j++) {
          loss += map[row + j] * (0.5 * gradient[row + j] - products[row + j]);
          gradient[row + j] -= products[row + j];
        }
      }
      return loss;
    }
  }
}
