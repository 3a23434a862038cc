package org.striatum.peft.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Offline;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.TensorInfo;

/// A fully connected network with rectified hidden layers:
///
///     h₀ = x     zₗ = Wₗ hₗ + bₗ     hₗ₊₁ = max(0, zₗ)     logits = z of the last layer
///
/// Immutable plain arrays; readers must not change them. Layers are counted from 0, the last one gives the logits.
///
/// @param widths inputs, hidden units of each layer, classes
/// @param weights Wₗ, row-major: (outputs of layer l, its inputs)
/// @param biases bₗ: (outputs of layer l)
public record Mlp(int[] widths, List<float[]> weights, List<float[]> biases) {
  private static final FileFormat FORMAT = new FileFormat("fully connected networks", 1);
  private static final int MAX_LAYERS = 64;

  public Mlp {
    widths = checked(widths).clone();
    if (weights.size() != widths.length - 1 || biases.size() != widths.length - 1) {
      throw new IllegalArgumentException("a network of widths " + Arrays.toString(widths) + " must have "
          + (widths.length - 1) + " weights and biases, found " + weights.size() + " and " + biases.size());
    }
    for (int l = 0; l < widths.length - 1; l++) {
      if (weights.get(l).length != Math.multiplyExact(widths[l], widths[l + 1])
          || biases.get(l).length != widths[l + 1]) {
        throw new IllegalArgumentException("layer " + l + " must have a weight of " + widths[l + 1] + " × " + widths[l]
            + " and a bias of " + widths[l + 1] + ", found " + weights.get(l).length + " and " + biases.get(l).length
            + " values");
      }
    }
    weights = weights.stream().map(float[]::clone).toList();
    biases = biases.stream().map(float[]::clone).toList();
  }

  private static int[] checked(int[] widths) {
    if (widths.length < 2 || widths.length > MAX_LAYERS + 1 || Arrays.stream(widths).anyMatch(width -> width < 1)) {
      throw new IllegalArgumentException("a network's widths must be 2 to " + (MAX_LAYERS + 1)
          + " numbers ≥ 1, found " + Arrays.toString(widths));
    }
    return widths;
  }

  /// A network not trained yet, as PyTorch's linear layers start: weights and biases uniform in ±1/√(inputs).
  public static Mlp random(int[] widths, RandomGenerator random) {
    List<float[]> weights = new ArrayList<>();
    List<float[]> biases = new ArrayList<>();
    for (int l = 0; l < checked(widths).length - 1; l++) {
      float bound = (float) (1 / Math.sqrt(widths[l]));
      weights.add(uniform(Math.multiplyExact(widths[l], widths[l + 1]), bound, random));
      biases.add(uniform(widths[l + 1], bound, random));
    }
    return new Mlp(widths, weights, biases);
  }

  private static float[] uniform(int count, float bound, RandomGenerator random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat(-bound, bound);
    }
    return values;
  }

  /// Products with a weight, the last one included.
  public int layers() {
    return weights.size();
  }

  public int inputs() {
    return widths[0];
  }

  public int classes() {
    return widths[widths.length - 1];
  }

  /// Weights and biases together.
  public int parameters() {
    int count = 0;
    for (int l = 0; l < layers(); l++) {
      count += weights.get(l).length + biases.get(l).length;
    }
    return count;
  }

  /// What identifies the network: the checksum of its widths and of every weight and bias, to the bit.
  public Sha256 sha256() {
    ByteBuffer content = ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, widths.length + parameters()))
        .order(ByteOrder.LITTLE_ENDIAN);
    for (int width : widths) {
      content.putInt(width);
    }
    for (int l = 0; l < layers(); l++) {
      for (float[] values : List.of(weights.get(l), biases.get(l))) {
        for (float value : values) {
          content.putFloat(value);
        }
      }
    }
    return Sha256.of(content.array());
  }

  /// Runs the network, on the CPU.
  ///
  /// @param x (n, inputs) row-major
  /// @return (n, classes)
  /// @throws IllegalArgumentException if the array holds no whole number of inputs
  public float[] logits(float[] x) {
    if (x.length % inputs() != 0) {
      throw new IllegalArgumentException(
          "inputs must be rows of " + inputs() + " values, found " + x.length + " values");
    }
    if (x.length == 0) {
      return new float[0];
    }
    Offline.djl();
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch"); NDScope _ = new NDScope()) {
      NDArray h = manager.create(x, new Shape(x.length / inputs(), inputs()));
      for (int l = 0; l < layers(); l++) {
        NDArray weight = manager.create(weights.get(l), new Shape(widths[l + 1], widths[l]));
        NDArray z = Linear.linear(h, weight).singletonOrThrow().add(manager.create(biases.get(l)));
        h = l + 1 < layers() ? z.getNDArrayInternal().relu() : z;
      }
      return h.toFloatArray();
    }
  }

  /// Writes the network as safetensors, tensors named `layers.0.weight`, `layers.0.bias` and so on.
  public void save(Path file) throws IOException {
    List<SafetensorsWriter.Declared> tensors = new ArrayList<>();
    for (int l = 0; l < layers(); l++) {
      tensors
          .add(new SafetensorsWriter.Declared(weight(l), DType.F32, List.of((long) widths[l + 1], (long) widths[l])));
      tensors.add(new SafetensorsWriter.Declared(bias(l), DType.F32, List.of((long) widths[l + 1])));
    }
    try (SafetensorsWriter writer = new SafetensorsWriter(file, tensors, FORMAT.metadata())) {
      for (int l = 0; l < layers(); l++) {
        writer.append(weight(l), weights.get(l), 0, weights.get(l).length);
        writer.append(bias(l), biases.get(l), 0, biases.get(l).length);
      }
    }
  }

  /// Reads what [#save] wrote.
  ///
  /// @throws BadDataException if the file is missing, damaged, of another format, or holds no such network, naming it
  public static Mlp load(Path file) throws IOException {
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      FORMAT.require(tensors.metadata(), file.toString());
      int[] widths = widths(file, tensors);
      List<float[]> weights = new ArrayList<>();
      List<float[]> biases = new ArrayList<>();
      for (int l = 0; l < widths.length - 1; l++) {
        weights.add(tensors.f32(weight(l), List.of((long) widths[l + 1], (long) widths[l])));
        biases.add(tensors.f32(bias(l), List.of((long) widths[l + 1])));
      }
      return new Mlp(widths, weights, biases);
    }
  }

  /// As the weights' shapes give them, each layer taking what the one before it gives.
  private static int[] widths(Path file, SafetensorsFile tensors) throws BadDataException {
    int count = tensors.tensors().size();
    if (count < 2 || count > 2 * MAX_LAYERS || count % 2 != 0) {
      throw new BadDataException(file + " must hold a weight and a bias per layer, of 1 to " + MAX_LAYERS
          + " layers, found " + count + " tensors: give a network that striatum wrote");
    }
    int[] widths = new int[count / 2 + 1];
    for (int l = 0; l < widths.length - 1; l++) {
      TensorInfo weight = tensors.tensors().get(weight(l));
      if (weight == null || weight.shape().size() != 2
          || weight.shape().stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)) {
        throw new BadDataException(file + ": " + weight(l) + " must be a matrix, found "
            + (weight == null ? "none" : "shape " + weight.shape()) + ": give a network that striatum wrote");
      }
      int inputs = weight.shape().get(1).intValue();
      if (l > 0 && inputs != widths[l]) {
        throw new BadDataException(file + ": " + weight(l) + " must take the " + widths[l]
            + " outputs of the layer before it, found shape " + weight.shape()
            + ": give a network that striatum wrote");
      }
      widths[l] = inputs;
      widths[l + 1] = weight.shape().get(0).intValue();
    }
    return widths;
  }

  private static String weight(int layer) {
    return "layers." + layer + ".weight";
  }

  private static String bias(int layer) {
    return "layers." + layer + ".bias";
  }
}
