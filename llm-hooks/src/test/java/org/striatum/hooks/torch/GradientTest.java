package org.striatum.hooks.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;

/// Gradients against differences of the loss itself, along random directions.
class GradientTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final long SEED = 20;
  private static final int DIRECTIONS = 2;

  private enum Part {
    GAIN, THRESHOLD, SHARPNESS, SHIFT;

    float[] of(Gate gate) {
      return switch (this) {
        case GAIN -> gate.gain();
        case THRESHOLD -> gate.threshold();
        case SHARPNESS -> gate.sharpness();
        case SHIFT -> gate.shift();
      };
    }

    float[] of(GateGradient gradient) {
      return switch (this) {
        case GAIN -> gradient.gain();
        case THRESHOLD -> gradient.threshold();
        case SHARPNESS -> gradient.sharpness();
        case SHIFT -> gradient.shift();
      };
    }

    Gate with(Gate gate, float[] replaced) {
      return new Gate(this == GAIN ? replaced : gate.gain(), this == THRESHOLD ? replaced : gate.threshold(),
          this == SHARPNESS ? replaced : gate.sharpness(), this == SHIFT ? replaced : gate.shift(), gate.hard(),
          gate.positions());
    }
  }

  /// Those without experts: where another expert is chosen the loss has a step, and differences say nothing.
  static Stream<Path> smooth() throws Exception {
    List<Path> smooth = new ArrayList<>();
    for (Path folder : GoldenCheckpoints.contracts()) {
      try (Checkpoint checkpoint = Checkpoint.open(folder)) {
        if (Decoder.of(checkpoint).shape().mlps().mixtures().isEmpty()) {
          smooth.add(folder);
        }
      }
    }
    return smooth.stream();
  }

  static Stream<String> mixtures() throws Exception {
    List<String> names = new ArrayList<>();
    new ObjectMapper().readTree(GOLDEN.resolve("gradients.json").toFile()).fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  /// Reference: torch 2.13 through transformers 5.18 (gradients.py).
  @ParameterizedTest
  @MethodSource("mixtures")
  void gradientsThroughExpertsEqualTheReference(String name) throws Exception {
    JsonNode expected = new ObjectMapper().readTree(GOLDEN.resolve("gradients.json").toFile()).get(name);
    int[] tokens = new ObjectMapper().convertValue(expected.get("tokens"), int[].class);
    float[] gain = new ObjectMapper().convertValue(expected.get("gain"), float[].class);
    try (Checkpoint checkpoint = Checkpoint.open(GOLDEN.resolve(name));
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      HookPoint hook = HookPoint.residPost(0);
      Gradient found = model.gradient(List.of(new TokenSequence(tokens, expected.get("prompt").intValue())),
          Gates.of(hook, Gate.identity(model.width(hook))), 0);
      assertThat(found.loss()).isCloseTo(expected.get("loss").doubleValue(), within(1e-5));
      assertThat(GoldenCheckpoints.relativeError(found.gates().get(hook).gain(), gain)).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("smooth")
  @Tag("slow")
  void gradientsOfGatesEqualDifferencesOfTheLoss(Path folder) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      Random random = new Random(SEED);
      List<TokenSequence> items = GoldenCheckpoints.sequences(random, model.vocabulary(), 4, 16);
      HookPoint stream = HookPoint.residPost(0);
      HookPoint neurons = GoldenCheckpoints.neurons(model, 1);
      Gates gates = new Gates(new TreeMap<>(Map.of(stream,
          GoldenCheckpoints.gate(random, model.width(stream), false, PositionMask.ALL_BUT_FIRST), neurons,
          GoldenCheckpoints.gate(random, model.width(neurons), false, PositionMask.ALL))));
      double penalty = 0.5;
      Gradient found = model.gradient(items, gates, penalty);
      for (HookPoint hook : List.of(stream, neurons)) {
        for (Part part : Part.values()) {
          Gate gate = gates.at().get(hook);
          assertDirections(folder + " " + hook + " " + part, part.of(found.gates().get(hook)),
              part.of(gate), random, moved -> {
                SortedMap<HookPoint, Gate> at = new TreeMap<>(gates.at());
                at.put(hook, part.with(gate, moved));
                return model.gradient(items, new Gates(at), penalty).loss();
              });
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void gradientsOfAnOverlayEqualDifferencesOfTheLoss(Path folder) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        DjlModel model = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      Random random = new Random(SEED);
      List<TokenSequence> items = GoldenCheckpoints.sequences(random, model.vocabulary(), 4, 16);
      HookPoint hook = HookPoint.EMBED; // below every change, so that no step of the hard gate is crossed
      Gates gates = Gates.of(hook, GoldenCheckpoints.gate(random, model.width(hook), true, PositionMask.ALL));
      String matrix = model.matrices().stream().skip(2).filter(name -> !name.contains("k_proj")).findFirst()
          .orElseThrow();
      List<Long> shape = model.weights().get(matrix).shape();
      boolean transposed = folder.getFileName().toString().equals("gpt2");
      int in = shape.get(transposed ? 0 : 1).intValue();
      int out = shape.get(transposed ? 1 : 0).intValue();
      // A bias of keys that do not rotate adds the same to all scores of a query: its gradient is zero, and
      // that of their matrix may be as small as the rounding of the loss. The norm of an embedding lies below the hook.
      String vector = model.weights().values().stream().filter(weight -> weight.shape().size() == 1)
          .filter(weight -> !weight.name().endsWith("k_proj.bias") && !weight.name().contains("embeddings_layernorm"))
          .skip(1).findFirst()
          .orElseThrow().name();
      float[] added = gaussian(random, model.weights().get(vector).shape().getFirst().intValue(), 0.1);
      LowRank low = new LowRank(3, gaussian(random, 3 * in, 0.1), gaussian(random, 3 * out, 0.1), 2);
      Gradient found = model.under(overlay(vector, added, matrix, low)).gradient(items, gates, 0);
      assertDirections(folder + " " + vector, found.overlay().added().get(vector), added, random,
          moved -> model.under(overlay(vector, moved, matrix, low)).gradient(items, gates, 0).loss());
      assertDirections(folder + " down of " + matrix, found.overlay().lowRank().get(matrix).down(), low.down(), random,
          moved -> model.under(overlay(vector, added, matrix, new LowRank(3, moved, low.up(), 2)))
              .gradient(items, gates, 0).loss());
      assertDirections(folder + " up of " + matrix, found.overlay().lowRank().get(matrix).up(), low.up(), random,
          moved -> model.under(overlay(vector, added, matrix, new LowRank(3, low.down(), moved, 2)))
              .gradient(items, gates, 0).loss());
      assertDirections(folder + " gain of a hard gate", found.gates().get(hook).gain(), gates.at().get(hook).gain(),
          random, moved -> model.under(overlay(vector, added, matrix, low))
              .gradient(items, Gates.of(hook, Part.GAIN.with(gates.at().get(hook), moved)), 0).loss());
      assertThat(found.gates().get(hook).threshold()).as("a step has no slope").containsOnly(0);
    }
  }

  private static Overlay overlay(String vector, float[] added, String matrix, LowRank low) {
    return new Overlay(new TreeMap<>(Map.of(vector, added)), new TreeMap<>(Map.of(matrix, low)));
  }

  /// Compares gradient · v with the loss' fourth-order central difference along unit vectors v of random direction.
  ///
  /// The error allowed is measured in |gradient| / √d, the size gradient · v has on average: a gradient of zeros, of
  /// the wrong sign or without one of its halves is off by about 1. Rounding of the loss (1e-6 of it, over steps of 0.1) makes 0.002 of it, and so does
  /// curvature where a gate is concerned; behind a norm without a scale of its own it has made 0.01.
  private static void assertDirections(String what, float[] gradient, float[] at, Random random,
      ToDoubleFunction<float[]> loss) {
    double norm = 0;
    for (float value : gradient) {
      norm += (double) value * value;
    }
    double scale = Math.sqrt(norm / gradient.length);
    assertThat(scale).as("%s: there is a gradient", what).isGreaterThan(1e-6);
    for (int direction = 0; direction < DIRECTIONS; direction++) {
      float[] v = unit(random, at.length);
      double expected = 0;
      for (int i = 0; i < v.length; i++) {
        expected += (double) gradient[i] * v[i];
      }
      double found = Double.NaN;
      double error = Double.POSITIVE_INFINITY;
      for (double step = 0.1; step > 0.005 && error >= 0.02; step /= 2) { // shorter where the loss bends more
        found = slope(at, v, step, loss);
        error = Math.abs(found - expected) / scale;
      }
      assertThat(error)
          .as("%s, seed %d, direction %d: %s by differences, %s by gradient", what, SEED, direction, found, expected)
          .isLessThan(0.02);
    }
  }

  private static double slope(float[] at, float[] v, double step, ToDoubleFunction<float[]> loss) {
    double near = loss.applyAsDouble(moved(at, v, step)) - loss.applyAsDouble(moved(at, v, -step));
    double far = loss.applyAsDouble(moved(at, v, 2 * step)) - loss.applyAsDouble(moved(at, v, -2 * step));
    return (8 * near - far) / (12 * step);
  }

  private static float[] moved(float[] at, float[] v, double step) {
    float[] moved = at.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (step * v[i]);
    }
    return moved;
  }

  private static float[] unit(Random random, int n) {
    float[] v = gaussian(random, n, 1);
    double norm = 0;
    for (float value : v) {
      norm += (double) value * value;
    }
    for (int i = 0; i < n; i++) {
      v[i] /= (float) Math.sqrt(norm);
    }
    return v;
  }

  private static float[] gaussian(Random random, int n, double deviation) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian(0, deviation);
    }
    return values;
  }
}
