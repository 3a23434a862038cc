package org.striatum.benchmarks.models;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.striatum.benchmarks.measure.Sample;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxGraph;

/// The matrix products of one block of the 494 M shape with packed weights: the speed that the runtime's matrix
/// products reach on this machine. No capture can be faster.
final class Products implements AutoCloseable {
  private static final int WIDTH = RandomCheckpoint.WIDTH;
  private static final int MLP = RandomCheckpoint.MLP_WIDTH;
  private static final int KEY = RandomCheckpoint.KEY_WIDTH;

  private final GraphSession session;
  private final String last;

  Products(Setting setting) {
    RandomGenerator random = new SplittableRandom(2);
    OnnxGraph graph = new OnnxGraph();
    String x = graph.input("x", DataType.FLOAT, -1, WIDTH);
    String queries = product(graph, x, WIDTH, WIDTH, random);
    String gate = product(graph, x, WIDTH, MLP, random);
    List<String> ends = List.of(product(graph, queries, WIDTH, WIDTH, random), product(graph, x, WIDTH, KEY, random),
        product(graph, x, WIDTH, KEY, random), product(graph, x, WIDTH, MLP, random),
        product(graph, gate, MLP, WIDTH, random));
    ends.forEach(end -> graph.exposed(end, DataType.FLOAT, -1, -1));
    this.session = GraphSession.open("the products alone", graph.bytes(), setting.checkpoint(), Memory.FAST,
        setting.threads(), List.of());
    this.last = ends.getLast();
  }

  private static String product(OnnxGraph graph, String x, int in, int out, RandomGenerator random) {
    float[] weights = new float[in * out];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat() - 0.5f;
    }
    return graph.node("Gemm", List.of(x, graph.floats(weights, out, in)), attribute("transB", 1));
  }

  /// Runs as many blocks as the model has. Work is counted in tokens.
  Sample sample(int rows) throws Exception {
    float[] x = new float[rows * WIDTH];
    Arrays.fill(x, 0.5f);
    try (OnnxTensor input = GraphSession.tensor(FloatBuffer.wrap(x), rows, WIDTH)) {
      session.run(Map.of("x", input), Set.of(last), Map.of()).close();
      return Setting.measured(() -> {
        for (int layer = 0; layer < RandomCheckpoint.LAYERS; layer++) {
          session.run(Map.of("x", input), Set.of(last), Map.of()).close();
        }
        return new double[]{rows, 0};
      });
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
