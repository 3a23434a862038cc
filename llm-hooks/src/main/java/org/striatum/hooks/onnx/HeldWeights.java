package org.striatum.hooks.onnx;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How a model's weights are held. The two ways differ in the last bits of every figure, so that a run keeps the one it
/// began with, and the choice depends on nothing but the model and the work: equal seeds give equal bytes on every machine.
///
/// @param recording while hidden states are recorded
/// @param generation while tokens are generated
public record HeldWeights(Memory recording, Memory generation) {
  private static final long SMALL = 512L << 20;
  /// Of the copy that generation may make: 2 billion weights.
  private static final long LARGEST_COPY = 8L << 30;
  /// Below that, packing a large model costs more than it saves.
  private static final long FEW_TOKENS = 400;
  /// Of a machine's memory that a copy may take; the rest is the system's, the runtime's and the states'.
  private static final double SHARE = 0.6;

  public HeldWeights {
    if (recording == null || generation == null) {
      throw new IllegalArgumentException("weights are held fast or low, found neither");
    }
  }

  /// The same way for everything.
  public static HeldWeights all(Memory memory) {
    return new HeldWeights(memory, memory);
  }

  /// Fast for small checkpoints. Large ones are recorded in low memory; a graph that runs once per token repays its copy
  /// soon, if it is to generate more than a few hundred tokens.
  ///
  /// @param weightBytes of all weights on disk
  /// @param parameters weights, counted
  /// @param tokens that will be generated at most
  public static HeldWeights fitting(long weightBytes, long parameters, long tokens) {
    boolean small = weightBytes <= SMALL;
    boolean copied = small || (copyBytes(parameters) <= LARGEST_COPY && tokens >= FEW_TOKENS);
    return new HeldWeights(small ? Memory.FAST : Memory.LOW, copied ? Memory.FAST : Memory.LOW);
  }

  /// Refuses a copy that this machine has no room for, rather than to compute other figures than another machine.
  ///
  /// @throws TooLittleMemoryException naming what is needed and what there is
  public void requireRoom(String model, long parameters) throws TooLittleMemoryException {
    requireRoom(model, parameters, machine());
  }

  void requireRoom(String model, long parameters, long machine) throws TooLittleMemoryException {
    if (generation == Memory.FAST && machine > 0 && copyBytes(parameters) > SHARE * machine) {
      throw new TooLittleMemoryException(
          "%s is generated with from a copy of its weights of %.1f GB, for which this machine has too little memory (%.1f GB)"
              .formatted(model, copyBytes(parameters) / 1e9, machine / 1e9));
    }
  }

  private static long copyBytes(long parameters) {
    return Float.BYTES * parameters;
  }

  /// Bytes of memory that this machine, or the container, has; 0 where the system does not say.
  private static long machine() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }
}
