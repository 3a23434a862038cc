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
import org.striatum.datasets.images.Rotation;
import org.striatum.peft.network.GatedMlp;
import org.striatum.peft.network.Mlp;
import org.striatum.peft.nta.BridgeSettings.Conflict;
import org.striatum.peft.nta.NtaResults.ArmResults;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Ranks;

/// Does the flexible regime appear in a non-linear network, whose neurons' (τ, γ) are made fast, bounded and non-negative
/// beside slow weights?
///
/// Two pairs of tasks alternate, one that a single network can do (upright and turned digits) and one that it cannot (two ways
/// to name the classes). The loss is the share of test images classified wrongly, looked at every few steps; times are counted
/// in steps.
public final class Bridge {
  static final String ACCURACY_OF_OTHER = LabelPermutation.ACCURACY_OF_OTHER;
  /// Of the task that the block before taught, when it ended, less its accuracy now.
  static final String FORGETTING = "forgetting";
  /// Cosine of γ − 1 at this block's end and at the end of the block before: tasks with gates of their own have a low one.
  static final String GATE_COSINE = "cosine of gates with the block before";
  /// Cosine of γ − 1 with that two blocks before, the same task's.
  static final String SAME_TASK_COSINE = "cosine of gates with the same task's last block";
  /// Share of what the block before taught and this one undid that comes back when only that block's τ and γ are put back.
  static final String RECOVERED = "recovered by putting gates back";
  private static final int LOOKED_AT_EVERY = 4;
  private static final double TIMES = 4;
  private static final double MOST = 0.5;

  private Bridge() {}

  /// Runs both pairs of tasks.
  ///
  /// @param fast settings of the fast, bounded arm, one a pair of tasks
  public static NtaResults run(NtaStudy study, ImageSet images, List<BridgeSettings> fast) throws IOException {
    List<ArmResults> arms = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (BridgeSettings settings : fast) {
      Turned turned = Turned.of(images, settings);
      List<Arm> planned = List.of(arm("fast, bounded gates", settings, turned),
          arm("fast gates, λ = 0", settings.unregularised(), turned),
          arm("equal rates", settings.equalRates(), turned),
          arm("equal rates, %.0f times both".formatted(TIMES), settings.equalRates(TIMES), turned));
      List<List<NtaRun>> runs = study.oneAtATime().runs(planned); // the engine keeps one gradient tape
      List<ArmResults> ofPair = IntStream.range(0, planned.size())
          .mapToObj(a -> ArmResults.of(planned.get(a), runs.get(a))).toList();
      findings.addAll(findings(settings, ofPair));
      notes.add(verdict(settings.conflict(), ofPair));
      arms.addAll(ofPair);
    }
    return new NtaResults(NtaExperiment.BRIDGE, arms, findings, notes.toArray(String[]::new));
  }

  private static Arm arm(String name, BridgeSettings settings, Turned images) {
    return new Arm(settings.conflict().printed() + ", " + name, settings, true, seed -> run(settings, images, seed));
  }

  private static List<Finding> findings(BridgeSettings settings, List<ArmResults> arms) {
    List<Finding> findings = new ArrayList<>();
    for (ArmResults arm : arms) {
      findings.add(Finding.reported(arm.name() + ": " + RECOVERED + ", mean from block 3",
          SeedBootstrap.median(arm.meanFrom(RECOVERED, 3))));
      findings.add(Finding.reported(
          arm.name() + ": steps to %s errors, mean from block 3".formatted(settings.criterion()),
          SeedBootstrap.median(arm.meanFrom(NtaRun.TIME_TO_CRITERION, 3))));
      findings.add(Finding.reported(arm.name() + ": forgetting, mean from block 3",
          SeedBootstrap.median(arm.meanFrom(FORGETTING, 3))));
      findings.add(Finding.reported(arm.name() + ": errors at the end of the last block",
          SeedBootstrap.median(arm.figure(NtaRun.LOSS_AT_END, -1))));
      findings.add(Finding.reported(arm.name() + ": " + GATE_COSINE,
          SeedBootstrap.median(arm.figure(GATE_COSINE, -1))));
      findings.add(Finding.reported(arm.name() + ": " + SAME_TASK_COSINE,
          SeedBootstrap.median(arm.figure(SAME_TASK_COSINE, -1))));
    }
    findings.add(Finding.reported(settings.conflict().printed() + ": equal rates take times as many steps",
        speedup(arms)));
    return findings;
  }

  /// Steps of equal rates over those of fast, bounded gates, seed by seed, blocks from the third on.
  private static Estimate speedup(List<ArmResults> arms) {
    double[] fast = arms.getFirst().meanFrom(NtaRun.TIME_TO_CRITERION, 3);
    double[] equal = arms.get(2).meanFrom(NtaRun.TIME_TO_CRITERION, 3);
    return SeedBootstrap.median(IntStream.range(0, fast.length).mapToDouble(s -> equal[s] / fast[s]).toArray());
  }

  /// The flexible regime is there if tasks are switched in fewer steps than at equal rates, in ever fewer, and by gates: putting
  /// back a task's gates brings back most of what was lost.
  private static String verdict(Conflict conflict, List<ArmResults> arms) {
    ArmResults fast = arms.getFirst();
    Estimate ahead = speedup(arms);
    double[] early = fast.figure(NtaRun.TIME_TO_CRITERION, 2);
    double[] late = fast.figure(NtaRun.TIME_TO_CRITERION, -1);
    Estimate sooner = SeedBootstrap.median(IntStream.range(0, early.length).mapToDouble(s -> early[s] / late[s])
        .toArray());
    Estimate recovered = SeedBootstrap.median(fast.meanFrom(RECOVERED, 3));
    boolean faster = ahead.low() > 1 && sooner.low() > 1;
    String verdict;
    if (faster && recovered.low() > MOST) {
      verdict = "the flexible regime appears";
    } else if (faster && recovered.high() < MOST) {
      verdict = "switching is faster but gates do not carry it: the flexible regime does not appear";
    } else if (ahead.high() < 1 || sooner.high() < 1) {
      verdict = "switching is no faster: the flexible regime does not appear";
    } else {
      verdict = "it is undecided whether the flexible regime appears";
    }
    return "%s: %s. Equal rates take %s times as many steps; the second block takes %s times as many as the last; a task's gates put back bring back %s of what was lost"
        .formatted(conflict.printed(), verdict, printed(ahead), printed(sooner), printed(recovered));
  }

  private static String printed(Estimate figure) {
    return Double.isNaN(figure.value())
        ? "nothing known"
        : "%.2f [%.2f, %.2f]".formatted(figure.value(), figure.low(), figure.high());
  }

  /// Images and names of both tasks.
  ///
  /// @param width pixels of an image
  /// @param train of each task: (n, width)
  /// @param test of each task: (m, width)
  private record Turned(int width, List<float[]> train, byte[] trainLabels, List<float[]> test, byte[] testLabels) {
    static Turned of(ImageSet images, BridgeSettings settings) {
      LabelledImages train = first(images.train(), settings.images());
      LabelledImages test = first(images.test(), settings.tested());
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

  private static NtaRun run(BridgeSettings settings, Turned images, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int classes = LabelledImages.CLASSES;
    int[][] names = LabelPermutation.names(2, random);
    if (settings.conflict() == Conflict.ROTATION) {
      names[1] = names[0];
    }
    Mlp start = Mlp.random(new int[]{images.width(), settings.hidden(), settings.hidden(), classes}, random);
    Recording recording = new Recording(settings.blocks(), settings.steps(), 1, 1, settings.criterion());
    int[] order = IntStream.range(0, images.trainLabels().length).toArray();
    List<float[]> gains = new ArrayList<>();
    double taughtBefore = Double.NaN;
    float[] thresholdsBefore = null;
    try (GatedMlp network = new GatedMlp(start, settings.sharpness())) {
      int from = order.length;
      int batch = Math.min(settings.batch(), order.length);
      float[] x = new float[batch * images.width()];
      byte[] labels = new byte[batch];
      for (int b = 0; b < settings.blocks(); b++) {
        int task = b % 2;
        double errors = 0;
        for (int step = 0; step < settings.steps(); step++) {
          if (step % LOOKED_AT_EVERY == 0) {
            errors = errors(network, images.test().get(task), images.testLabels(), names[task]);
          }
          recording.loss(b, step, errors);
          if (from + batch > order.length) {
            Ranks.shuffle(order, random);
            from = 0;
          }
          for (int k = 0; k < batch; k++) {
            int image = order[from + k];
            System.arraycopy(images.train().get(task), image * images.width(), x, k * images.width(), images.width());
            labels[k] = (byte) names[task][images.trainLabels()[image]];
          }
          from += batch;
          double loss = network.step(x, labels, settings.weightRate(), settings.gateRate(), settings.bound());
          if (!Double.isFinite(loss)) {
            throw new IllegalArgumentException("the loss must stay finite, found " + loss + " in block " + (b + 1)
                + ": take lower learning rates");
          }
        }
        double now = errors(network, images.test().get(task), images.testLabels(), names[task]);
        double ofOther = errors(network, images.test().get(1 - task), images.testLabels(), names[1 - task]);
        gains.add(network.gains());
        float[] thresholds = network.thresholds();
        double recovered = Double.NaN;
        if (b > 0) {
          network.put(thresholdsBefore, gains.get(b - 1));
          double putBack = errors(network, images.test().get(1 - task), images.testLabels(), names[1 - task]);
          network.put(thresholds, gains.get(b));
          recovered = ofOther > taughtBefore ? (ofOther - putBack) / (ofOther - taughtBefore) : Double.NaN;
        }
        recording.figure(RECOVERED, b, recovered);
        thresholdsBefore = thresholds;
        recording.end(b, now);
        recording.figure(ACCURACY_OF_OTHER, b, 1 - ofOther);
        recording.figure(FORGETTING, b, ofOther - taughtBefore);
        recording.figure(GATE_COSINE, b, b < 1 ? Double.NaN : cosine(gains.get(b), gains.get(b - 1)));
        recording.figure(SAME_TASK_COSINE, b, b < 2 ? Double.NaN : cosine(gains.get(b), gains.get(b - 2)));
        taughtBefore = now;
      }
    }
    return recording.run(seed);
  }

  private static double errors(GatedMlp network, float[] x, byte[] labels, int[] names) {
    float[] logits = network.logits(x);
    int classes = logits.length / labels.length;
    int wrong = 0;
    for (int i = 0; i < labels.length; i++) {
      float[] row = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
      int best = 0;
      for (int k = 1; k < classes; k++) {
        best = row[k] > row[best] ? k : best;
      }
      wrong += best == names[labels[i]] ? 0 : 1;
    }
    return (double) wrong / labels.length;
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
}
