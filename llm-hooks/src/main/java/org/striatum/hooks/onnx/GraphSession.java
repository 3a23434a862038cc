package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.run.Heartbeat;

/// One graph in ONNX Runtime. The only place that talks to the runtime: its exceptions are converted here.
public final class GraphSession implements AutoCloseable {
  private final String model;
  private final OrtSession session;
  private final Map<String, OnnxTensor> standing; // inputs that are the same in every run

  private GraphSession(String model, OrtSession session, Map<String, OnnxTensor> standing) {
    this.model = model;
    this.session = session;
    this.standing = standing;
  }

  /// The same session, fed with these in every run too, where it has an input of the name. They stay the caller's.
  GraphSession feeding(Map<String, OnnxTensor> always) {
    Map<String, OnnxTensor> own = new HashMap<>(always);
    own.keySet().retainAll(session.getInputNames());
    return new GraphSession(model, session, own);
  }

  /// Loads a graph whose external data lies in `weights`.
  ///
  /// @throws IllegalStateException if the runtime refuses the graph
  static GraphSession open(String model, byte[] graph, Path weights, Memory memory, int threads) {
    return open(model, graph, weights, memory, threads, List.of());
  }

  /// Loads a graph whose external data lies in `weights`, some of the runtime's optimisations left out.
  ///
  /// @param model a name for people
  /// @param threads 0 for one per CPU core
  /// @param withoutOptimizers names of graph transformations that must not run
  /// @throws IllegalStateException if the runtime refuses the graph
  public static GraphSession open(String model, byte[] graph, Path weights, Memory memory, int threads,
      List<String> withoutOptimizers) {
    OrtEnvironment runtime = RuntimeLibrary.environment(); // before anything of it is touched
    List<String> disabled = new ArrayList<>(withoutOptimizers);
    try (SessionOptions options = new SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // errors come as exceptions
      // The model is bytes, so that files behind links (the hub cache) stay inside "their" folder.
      options.addConfigEntry("session.model_external_initializers_file_folder_path", weights.toString());
      if (threads > 0) {
        options.setIntraOpNumThreads(threads);
      }
      // Threads that wait for work sleep, as OpenMP's and OpenBLAS's do: cores are shared with other work, which spinning starves
      // (docs/benchmarks.md).
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      if (memory == Memory.LOW) {
        // Neither packed nor folded copies. Layout optimisation aborts the process on F16 casts left unfolded.
        options.addConfigEntry("session.disable_prepacking", "1");
        disabled.add("ConstantFolding");
        options.setOptimizationLevel(SessionOptions.OptLevel.EXTENDED_OPT);
        // Blocks are allocated and freed inside the arena. Planning them all beforehand takes more memory at once, and
        // the C library's own heap fragments.
        options.setMemoryPatternOptimization(false);
      }
      if (!disabled.isEmpty()) {
        options.addConfigEntry("optimization.disable_specified_optimizers", String.join(";", disabled));
      }
      GraphSession session = new GraphSession(model, runtime.createSession(graph, options), Map.of());
      Heartbeat.beat();
      return session;
    } catch (OrtException refused) {
      throw new IllegalStateException("ONNX Runtime cannot load the graph of " + model + ": " + refused.getMessage(),
          refused);
    }
  }

  /// The runtime's version.
  public static String version() {
    return RuntimeLibrary.environment().getVersion();
  }

  /// Runs the graph. The result's tensors are closed with it; pinned outputs stay the caller's.
  public OrtSession.Result run(Map<String, OnnxTensor> inputs, Set<String> outputs, Map<String, OnnxTensor> pinned) {
    Map<String, OnnxTensor> fed = inputs;
    if (!standing.isEmpty()) {
      fed = new HashMap<>(inputs);
      fed.putAll(standing);
    }
    try {
      OrtSession.Result result = session.run(fed, outputs, pinned);
      Heartbeat.beat();
      return result;
    } catch (OrtException failed) {
      throw new IllegalStateException("ONNX Runtime failed on " + model + ": " + failed.getMessage(), failed);
    }
  }

  /// An output's values, copied.
  public static float[] floats(OrtSession.Result result, String name) {
    OnnxTensor tensor = (OnnxTensor) result.get(name).orElseThrow();
    FloatBuffer values = tensor.getFloatBuffer();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }

  /// A tensor for one run; the caller closes it.
  public static OnnxTensor tensor(FloatBuffer values, long... shape) {
    try {
      return OnnxTensor.createTensor(RuntimeLibrary.environment(), values, shape);
    } catch (OrtException refused) {
      throw refusedTensor(refused);
    }
  }

  /// A view of bytes that the caller keeps; the caller closes it.
  static OnnxTensor tensor(ByteBuffer bytes, OnnxJavaType type, long... shape) {
    try {
      return OnnxTensor.createTensor(RuntimeLibrary.environment(), bytes, shape, type);
    } catch (OrtException refused) {
      throw refusedTensor(refused);
    }
  }

  /// A tensor for one run; the caller closes it.
  public static OnnxTensor tensor(long[] values, long... shape) {
    try {
      return OnnxTensor.createTensor(RuntimeLibrary.environment(), LongBuffer.wrap(values), shape);
    } catch (OrtException refused) {
      throw refusedTensor(refused);
    }
  }

  /// A tensor for one run; the caller closes it.
  public static OnnxTensor tensor(int[] values, long... shape) {
    try {
      return OnnxTensor.createTensor(RuntimeLibrary.environment(), IntBuffer.wrap(values), shape);
    } catch (OrtException refused) {
      throw refusedTensor(refused);
    }
  }

  /// A tensor for one run; the caller closes it.
  public static OnnxTensor tensor(boolean[] values, long... shape) {
    try {
      ByteBuffer bytes = ByteBuffer.allocateDirect(values.length).order(ByteOrder.nativeOrder());
      for (boolean value : values) {
        bytes.put((byte) (value ? 1 : 0));
      }
      return OnnxTensor.createTensor(RuntimeLibrary.environment(), bytes.flip(), shape, OnnxJavaType.BOOL);
    } catch (OrtException refused) {
      throw refusedTensor(refused);
    }
  }

  private static IllegalStateException refusedTensor(OrtException refused) {
    return new IllegalStateException("ONNX Runtime refused a tensor: " + refused.getMessage(), refused);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException failed) {
      throw new IllegalStateException("ONNX Runtime failed to close " + model + ": " + failed.getMessage(), failed);
    }
  }
}
