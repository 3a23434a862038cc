package org.striatum.peft.nta.run;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.datasets.images.Rotation;
import org.striatum.peft.nta.network.GatedMlp;
import org.striatum.peft.network.Mlp;
import org.striatum.peft.nta.setting.BridgeSettings.Conflict;
import org.striatum.peft.nta.setting.BridgeSettings;
import org.striatum.probe.stats.Ranks;

/// One run of a non-linear network with TauGate's (τ, γ) through its blocks.
///
/// The loss is the share of test images classified wrongly, measured every few steps; times are in steps.
public final class BridgeBlocks implements AutoCloseable {
  static final String ACCURACY_OF_OTHER = LabelBlocks.ACCURACY_OF_OTHER;
  /// Of the task that the block before taught, when it ended, less its accuracy now.
  public static final String FORGETTING = "forgetting";
  /// Cosine of γ − 1 at this block's end and at the end of the block before: tasks with gates of their own have a low one.
  public static final String GATE_COSINE = "cosine of gates with the block before";
  /// Cosine of γ − 1 with that two blocks before, the same task's.
  public static final String SAME_TASK_COSINE = "cosine of gates with the same task's last block";
  /// Share of what the block before taught and this one undid that is recovered by restoring only that block's τ and γ.
  public static final String RECOVERED = "recovered by restoring gates";
  private static final int LOOKED_AT_EVERY = 4;

  private final BridgeSettings settings;
  private final Turned images;
  private final RandomGenerator random;
  private final int[][] names; // (tasks, classes)
  private final GatedMlp network;
  private final RunRecorder recording;
  private final int[] order; // of training images
  private int next; // the first of them that this pass has not shown
  private final float[] x; // (batch, width)
  private final byte[] labels; // (batch)
  private final List<float[]> thresholds = new ArrayList<>(); // when each block ended
  private final List<float[]> gains = new ArrayList<>();
  private double errorsBefore = Double.NaN; // on the task that the block before taught, when it ended

  private BridgeBlocks(BridgeSettings settings, Turned images, RandomGenerator random) {
    this.settings = settings;
    this.images = images;
    this.random = random;
    this.names = LabelBlocks.names(2, random);
    if (settings.conflict() == Conflict.ROTATION) {
      names[1] = names[0];
    }
    this.network = new GatedMlp(Mlp.random(
        new int[]{images.width(), settings.network().hidden(), settings.network().hidden(), LabelledImages.CLASSES},
        random),
        settings.network().sharpness());
    this.recording = new RunRecorder(settings.blocks(), settings.steps(), 1, 1, settings.criterion());
    this.order = IntStream.range(0, images.trainLabels().length).toArray();
    this.next = order.length;
    int batch = Math.min(settings.rates().batch(), order.length);
    this.x = new float[batch * images.width()];
    this.labels = new byte[batch];
  }

  /// Runs one seed.
  ///
  /// @throws DivergedException if its loss does not stay finite
  public static NtaRun run(BridgeSettings settings, Turned images, long seed) {
    try (BridgeBlocks blocks = new BridgeBlocks(settings, images, new SplittableRandom(seed))) {
      for (int b = 0; b < settings.blocks(); b++) {
        blocks.block(b, b % 2);
      }
      return blocks.recording.run(seed);
    }
  }

  private void block(int b, int task) {
    double errors = 0;
    for (int step = 0; step < settings.steps(); step++) {
      if (step % LOOKED_AT_EVERY == 0) {
        errors = errors(task);
      }
      recording.loss(b, step, errors);
      draw(task);
      double loss = network.step(x, labels, settings.rates().weights(), settings.rates().gates(),
          settings.rates().bound());
      if (!Double.isFinite(loss)) {
        throw new DivergedException("the loss must stay finite, found " + loss + " in block " + (b + 1)
            + ": take lower learning rates");
      }
    }
    end(b, task);
  }

  /// The next batch of a task.
  private void draw(int task) {
    if (next + labels.length > order.length) {
      Ranks.shuffle(order, random);
      next = 0;
    }
    for (int k = 0; k < labels.length; k++) {
      int image = order[next + k];
      System.arraycopy(images.train().get(task), image * images.width(), x, k * images.width(), images.width());
      labels[k] = (byte) names[task][images.trainLabels()[image]];
    }
    next += labels.length;
  }

  private void end(int b, int task) {
    double now = errors(task);
    double ofOther = errors(1 - task);
    gains.add(network.gains());
    thresholds.add(network.thresholds());
    recording.figure(RECOVERED, b, recovered(b, task, ofOther));
    recording.end(b, now);
    recording.figure(ACCURACY_OF_OTHER, b, 1 - ofOther);
    recording.figure(FORGETTING, b, ofOther - errorsBefore);
    recording.figure(GATE_COSINE, b, b < 1 ? Double.NaN : cosine(gains.get(b), gains.get(b - 1)));
    recording.figure(SAME_TASK_COSINE, b, b < 2 ? Double.NaN : cosine(gains.get(b), gains.get(b - 2)));
    errorsBefore = now;
  }

  /// Share of the other task's new errors that disappear with the gates of the block that taught it.
  private double recovered(int b, int task, double ofOther) {
    if (b == 0) {
      return Double.NaN;
    }
    network.put(thresholds.get(b - 1), gains.get(b - 1));
    double putBack = errors(1 - task);
    network.put(thresholds.get(b), gains.get(b));
    return ofOther > errorsBefore ? (ofOther - putBack) / (ofOther - errorsBefore) : Double.NaN;
  }

  /// Share of test images that are given a wrong name.
  private double errors(int task) {
    float[] logits = network.logits(images.test().get(task));
    byte[] of = images.testLabels();
    int classes = logits.length / of.length;
    int wrong = 0;
    for (int i = 0; i < of.length; i++) {
      int best = 0;
      for (int k = 1; k < classes; k++) {
        best = logits[i * classes + k] > logits[i * classes + best] ? k : best;
      }
      wrong += best == names[task][of[i]] ? 0 : 1;
    }
    return (double) wrong / of.length;
  }

  /// Of a − 1 and b − 1; NaN where either has not moved.
  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - 1.0) * (b[i] - 1.0);
      squaresA += (a[i] - 1.0) * (a[i] - 1.0);
      squaresB += (b[i] - 1.0) * (b[i] - 1.0);
    }
    return squaresA == 0 || squaresB == 0 ? Double.NaN : product / Math.sqrt(squaresA * squaresB);
  }

  @Override
  public void close() {
    network.close();
  }

  /// Images and names of both tasks.
  ///
  /// @param width pixels of an image
  /// @param train of each task: (n, width)
  /// @param test of each task: (m, width)
  public record Turned(int width, List<float[]> train, byte[] trainLabels, List<float[]> test, byte[] testLabels) {
    public static Turned of(ImageSet images, BridgeSettings settings) {
      LabelledImages train = first(images.train(), settings.images().learned());
      LabelledImages test = first(images.test(), settings.images().tested());
      return new Turned(train.width(), both(train, settings.conflict()), train.labels(),
          both(test, settings.conflict()), test.labels());
    }

    private static LabelledImages first(LabelledImages images, int count) {
      return images.chosen(IntStream.range(0, Math.min(count, images.size())).toArray());
    }

    private static List<float[]> both(LabelledImages images, Conflict conflict) {
      float[] upright = images.ink();
      return List.of(upright, conflict == Conflict.LABELS
          ? upright
          : new Rotation(45).apply(upright, images.rows(), images.columns()));
    }
  }
}
