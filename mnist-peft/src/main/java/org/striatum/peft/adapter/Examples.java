package org.striatum.peft.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.Offline;

/// Inputs with their classes, uploaded once. The caller closes them.
///
/// No adapter but full fine-tuning changes a network's first weight, so its product with all inputs is computed once a
/// network and shared by all that trains or is tested on it; the last network's is kept. Not thread-safe.
public final class Examples implements AutoCloseable {
  private final NDManager manager;
  private final NDArray x; // (n, width)
  private final NDArray labels; // (n, 1)
  private final int size;
  private final int width;
  private final int classes;
  private Mlp multiplied;
  private NDArray product; // x · W₀ᵀ of it: (n, hidden)

  /// @param x (n, width) row-major
  /// @param labels ≥ 0: (n)
  /// @throws IllegalArgumentException without examples, on different lengths or a label below 0
  public Examples(float[] x, byte[] labels) {
    if (labels.length == 0) {
      throw new IllegalArgumentException("there must be at least one example, found none");
    }
    if (x.length == 0 || x.length % labels.length != 0) {
      throw new IllegalArgumentException(
          "every example needs one label, found " + labels.length + " labels and " + x.length + " input values");
    }
    long[] wide = new long[labels.length];
    int most = 0;
    for (int i = 0; i < wide.length; i++) {
      if (labels[i] < 0) {
        throw new IllegalArgumentException("a label must be ≥ 0, found " + labels[i] + " at example " + i);
      }
      wide[i] = labels[i];
      most = Math.max(most, labels[i]);
    }
    this.size = labels.length;
    this.width = x.length / size;
    this.classes = most + 1;
    Offline.djl();
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    this.x = manager.create(x, new Shape(size, width));
    this.labels = manager.create(wide, new Shape(size, 1));
  }

  public int size() {
    return size;
  }

  /// Values of one input.
  public int width() {
    return width;
  }

  void requireFit(Mlp network) {
    if (network.inputs() != width || network.classes() < classes) {
      throw new IllegalArgumentException("examples of width " + width + " with labels below " + classes
          + " do not fit a network of " + network.inputs() + " inputs and " + network.classes() + " classes");
    }
  }

  /// All of them, as a network reads them.
  Batch all(Mlp base) {
    return new Batch(x, product(base), labels);
  }

  /// Some of them.
  ///
  /// @param wholeInputs whether x itself is needed
  Batch rows(Mlp base, long[] rows, boolean wholeInputs) {
    NDArray index = manager.create(rows);
    NDArray chosen = wholeInputs ? x.get(index) : null;
    return new Batch(chosen, product(base).get(index), labels.get(index));
  }

  private NDArray product(Mlp base) {
    if (!base.equals(multiplied)) { // arrays of a record are equal where they are the same
      if (product != null) {
        product.close();
      }
      try (NDScope _ = new NDScope()) {
        NDArray weight = manager.create(base.weights().getFirst(), new Shape(base.widths()[1], width));
        product = Linear.linear(x, weight).singletonOrThrow();
        NDScope.unregister(product);
      }
      multiplied = base;
    }
    return product;
  }

  @Override
  public void close() {
    manager.close();
  }

  /// Examples that run together.
  ///
  /// @param x (rows, width); null if not needed
  /// @param product x · W₀ᵀ, (rows, hidden)
  /// @param labels (rows, 1)
  record Batch(NDArray x, NDArray product, NDArray labels) {}
}
