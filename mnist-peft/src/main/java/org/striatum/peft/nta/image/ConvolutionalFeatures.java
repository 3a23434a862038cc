package org.striatum.peft.nta.image;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.Offline;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.GradientTape;

/// What a small convolutional network makes of grey images before it classifies them:
///
///     8 maps of 5 × 5 at stride 2, 16 of 3 × 3 at stride 2, both rectified, then rectified units: (n, units)
///
/// Immutable plain arrays; readers must not change them.
///
/// @param rows of an image
/// @param columns of an image
/// @param units how many features
/// @param weights kernels, weight and biases in the order of the network
public record ConvolutionalFeatures(int rows, int columns, int units, List<float[]> weights) {
  private static final int SMALLEST = 9;
  private static final int CLASSES = 10;
  private static final int FIRST = 8;
  private static final int SECOND = 16;
  private static final Shape STRIDE = new Shape(2, 2);
  private static final float RATE = 0.1f;
  private static final int BATCH = 64;
  private static final int READ_AT_ONCE = 1000;

  public ConvolutionalFeatures {
    weights = weights.stream().map(float[]::clone).toList();
  }

  /// Trains a network to classify images by plain gradient descent, one pass, and keeps all but its last layer.
  ///
  /// @param images (n, rows, columns), 0 to 1
  /// @param labels (n), 0 to 9
  /// @throws IllegalArgumentException if images are smaller than 9 × 9, or arrays do not fit
  public static ConvolutionalFeatures train(float[] images, byte[] labels, int rows, int columns, int units,
      long seed) {
    if (rows < SMALLEST || columns < SMALLEST) {
      throw new IllegalArgumentException("two convolutions need images of at least %d × %d, found %d × %d"
          .formatted(SMALLEST, SMALLEST, rows, columns));
    }
    if (units < 1 || labels.length == 0 || images.length != labels.length * rows * columns) {
      throw new IllegalArgumentException("features need units, and images with a label each, found " + units
          + " units, " + labels.length + " labels and " + images.length + " pixels");
    }
    RandomGenerator random = new SplittableRandom(seed);
    int[] order = IntStream.range(0, labels.length).toArray();
    Ranks.shuffle(order, random);
    Offline.djl();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      List<NDArray> trained = start(manager, rows, columns, units, random);
      trained.forEach(array -> array.setRequiresGradient(true));
      int batch = Math.min(BATCH, order.length);
      for (int from = 0; from + batch <= order.length; from += batch) {
        step(manager, trained, images, labels, order, from, batch, rows, columns);
        Heartbeat.beat();
      }
      return new ConvolutionalFeatures(rows, columns, units,
          trained.subList(0, 6).stream().map(NDArray::toFloatArray).toList());
    }
  }

  private static void step(NDManager manager, List<NDArray> trained, float[] images, byte[] labels, int[] order,
      int from, int batch, int rows, int columns) {
    float[] x = new float[batch * rows * columns];
    long[] y = new long[batch];
    for (int k = 0; k < batch; k++) {
      System.arraycopy(images, order[from + k] * rows * columns, x, k * rows * columns, rows * columns);
      y[k] = labels[order[from + k]];
    }
    try (NDScope _ = new NDScope(); GradientTape tape = GradientTape.start()) {
      NDArray features = features(manager.create(x, new Shape(batch, 1, rows, columns)), trained);
      NDArray logits = Linear.linear(features, trained.get(6)).singletonOrThrow().add(trained.get(7));
      tape.backward(logits.logSoftmax(-1).gather(manager.create(y, new Shape(batch, 1)), 1).mean().neg());
      trained.forEach(values -> values.getNDArrayInternal().sgdUpdate(new NDList(values, values.getGradient()),
          new NDList(values), RATE, 0, 1, -1, 0, true));
    }
  }

  /// (n, 1, rows, columns) → (n, units).
  private static NDArray features(NDArray x, List<NDArray> w) {
    NDArray first = Conv2d.conv2d(x, w.get(0), w.get(1), STRIDE).singletonOrThrow().getNDArrayInternal().relu();
    NDArray second = Conv2d.conv2d(first, w.get(2), w.get(3), STRIDE).singletonOrThrow().getNDArrayInternal().relu();
    NDArray flat = second.reshape(second.getShape().get(0), -1);
    return Linear.linear(flat, w.get(4)).singletonOrThrow().add(w.get(5)).getNDArrayInternal().relu();
  }

  private static List<NDArray> start(NDManager manager, int rows, int columns, int units, RandomGenerator random) {
    int flat = SECOND * reduced(reduced(rows, 5), 3) * reduced(reduced(columns, 5), 3);
    List<NDArray> weights = new ArrayList<>();
    for (Shape shape : shapes(flat, units)) {
      float bound = (float) (1 / Math.sqrt(shape.size() / (double) shape.get(0)));
      float[] values = new float[(int) shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat(-bound, bound);
      }
      weights.add(manager.create(values, shape));
      weights.add(manager.zeros(new Shape(shape.get(0))));
    }
    return weights;
  }

  /// Kernels and weights without biases, the classifier's last.
  private static List<Shape> shapes(int flat, int units) {
    return List.of(new Shape(FIRST, 1, 5, 5), new Shape(SECOND, FIRST, 3, 3), new Shape(units, flat),
        new Shape(CLASSES, units));
  }

  private static int reduced(int side, int kernel) {
    return (side - kernel) / 2 + 1;
  }

  /// The features of images.
  ///
  /// @param images (n, rows, columns), 0 to 1
  /// @return (n, units)
  /// @throws IllegalArgumentException if the array holds no whole number of images
  public float[] of(float[] images) {
    int pixels = rows * columns;
    if (images.length % pixels != 0) {
      throw new IllegalArgumentException("images must be of " + pixels + " pixels, found " + images.length
          + " values");
    }
    int n = images.length / pixels;
    float[] all = new float[n * units];
    Offline.djl();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      List<NDArray> uploaded = new ArrayList<>();
      List<Shape> shapes = shapes(weights.get(4).length / units, units);
      for (int i = 0; i < weights.size(); i++) {
        uploaded.add(manager.create(weights.get(i), i % 2 == 0
            ? shapes.get(i / 2)
            : new Shape(weights.get(i).length)));
      }
      for (int from = 0; from < n; from += READ_AT_ONCE) {
        int count = Math.min(READ_AT_ONCE, n - from);
        float[] some = new float[count * pixels];
        System.arraycopy(images, from * pixels, some, 0, some.length);
        try (NDScope _ = new NDScope()) {
          float[] read = features(manager.create(some, new Shape(count, 1, rows, columns)), uploaded).toFloatArray();
          System.arraycopy(read, 0, all, from * units, read.length);
        }
      }
    }
    return all;
  }
}
