package org.striatum.peft.mnist;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.datasets.images.ImageSet;
import org.striatum.datasets.images.LabelledImages;
import org.striatum.peft.adapter.AdaptedNetwork;
import org.striatum.peft.adapter.Examples;
import org.striatum.peft.adapter.TrainedAdapter;
import org.striatum.peft.adapter.Trainer;
import org.striatum.peft.adapter.AdapterTraining;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.stats.Ranks;

/// The images, the test images uploaded once per mode, and the foundations trained so far. The caller closes it.
public final class Workbench implements AutoCloseable {
  private final ImageSet images;
  private final ModeSettings settings;
  private final Map<Mode, Examples> tests = new HashMap<>();
  private final Map<Foundation, Mlp> foundations = new HashMap<>();

  /// What decides a foundation.
  ///
  /// @param seed of images, start and batches
  record Foundation(long seed, int images, AdapterTraining training) {}

  /// @throws IllegalArgumentException if there are too few images
  public Workbench(ImageSet images, ModeSettings settings) {
    this.images = images;
    this.settings = settings.fitting(images);
  }

  /// The settings, shares of images cut to what there are.
  public ModeSettings settings() {
    return settings;
  }

  ImageSet images() {
    return images;
  }

  int[] widths() {
    int[] widths = new int[settings.foundation().hidden().length + 2];
    widths[0] = images.train().width();
    System.arraycopy(settings.foundation().hidden(), 0, widths, 1, settings.foundation().hidden().length);
    widths[widths.length - 1] = LabelledImages.CLASSES;
    return widths;
  }

  /// All test images in a mode.
  Examples test(Mode mode) {
    return tests.computeIfAbsent(mode, shown -> new Examples(shown.of(images.test()), images.test().labels()));
  }

  /// A seed with the usual foundation.
  SeedRun seed(long seed) {
    return seed(new Foundation(seed, settings.images().foundation(), settings.foundation().training()));
  }

  SeedRun seed(Foundation foundation) {
    return new SeedRun(this, foundation.seed(), order(foundation.seed()),
        foundations.computeIfAbsent(foundation, this::train));
  }

  /// How a seed orders the training images.
  private int[] order(long seed) {
    int[] order = IntStream.range(0, images.train().size()).toArray();
    Ranks.shuffle(order, new SplittableRandom(seed));
    return order;
  }

  /// Each image upright or tilted, at random.
  private Mlp train(Foundation foundation) {
    int from = 2 * settings.images().adaptation() + settings.images().validation();
    LabelledImages chosen = images.train()
        .chosen(Arrays.copyOfRange(order(foundation.seed()), from, from + foundation.images()));
    float[] x = Mode.UPRIGHT.of(chosen);
    float[] tilted = Mode.TILTED.of(chosen);
    SplittableRandom toss = new SplittableRandom(foundation.seed()).split();
    for (int i = 0; i < x.length; i += chosen.width()) {
      if (toss.nextBoolean()) {
        System.arraycopy(tilted, i, x, i, chosen.width());
      }
    }
    try (Examples examples = new Examples(x, chosen.labels())) {
      return Trainer.foundation(widths(), examples, foundation.training(), foundation.seed());
    }
  }

  @Override
  public void close() {
    tests.values().forEach(Examples::close);
  }

  /// One seed: its foundation and its images to adapt and choose on.
  static final class SeedRun implements AutoCloseable {
    private final Workbench bench;
    private final long seed;
    private final int[] order;
    private final Mlp base;
    private final Map<String, Examples> uploaded = new HashMap<>();

    private SeedRun(Workbench bench, long seed, int[] order, Mlp base) {
      this.bench = bench;
      this.seed = seed;
      this.order = order;
      this.base = base;
    }

    Mlp base() {
      return base;
    }

    Examples adaptation(Mode mode) {
      return chosen("adaptation", 0, bench.settings.images().adaptation(), mode);
    }

    /// Equally many images, none of them among the first.
    Examples secondAdaptation(Mode mode) {
      return chosen("second adaptation", bench.settings.images().adaptation(), bench.settings.images().adaptation(),
          mode);
    }

    Examples validation(Mode mode) {
      return chosen("validation", 2 * bench.settings.images().adaptation(), bench.settings.images().validation(), mode);
    }

    private Examples chosen(String share, int from, int count, Mode mode) {
      return uploaded.computeIfAbsent(share + mode, _ -> {
        LabelledImages chosen = bench.images.train().chosen(Arrays.copyOfRange(order, from, from + count));
        return new Examples(mode.of(chosen), chosen.labels());
      });
    }

    /// Trains a method on the images to adapt on.
    Trainer.Outcome train(Method method, Mode mode) {
      return Trainer.train(base, method.adapter(), adaptation(mode), method.training(), seed, data(mode, "first"));
    }

    /// Trains it on the other images, from another start.
    TrainedAdapter trainAgain(Method method, Mode mode) {
      return Trainer.train(base, method.adapter(), secondAdaptation(mode), method.training(), ~seed,
          data(mode, "second")).adapter();
    }

    private String data(Mode mode, String share) {
      return "%s at %s, %s share of training images of seed %d".formatted(bench.images.name(), mode.name(), share,
          seed);
    }

    /// The network with a trained method. The caller closes it.
    AdaptedNetwork network(Method method, Mode mode) {
      return method.isFrozen() ? new AdaptedNetwork(base) : AdaptedNetwork.of(base, train(method, mode).adapter());
    }

    @Override
    public void close() {
      uploaded.values().forEach(Examples::close);
    }
  }
}
