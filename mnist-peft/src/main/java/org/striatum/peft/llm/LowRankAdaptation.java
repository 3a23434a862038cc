package org.striatum.peft.llm;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.Gradient;
import org.striatum.hooks.torch.LowRank;
import org.striatum.hooks.torch.Overlay;
import org.striatum.probe.model.Gates;

/// Learns low-rank changes of the query and value projections. (LoRA: arXiv 2106.09685, §4.2; scale α/r.) Where a checkpoint
/// has them fused with the keys in one matrix, that matrix is changed. `down` starts random and `up` at 0, so that learning
/// begins at the frozen model.
///
/// @param shapes matrix → (inputs, outputs) of its product
/// @param rank r
/// @param scale α/r
public record LowRankAdaptation(SortedMap<String, Shape> shapes, int rank, double scale) implements Adaptation {
  /// α = 2r, the usual choice.
  public static final double SCALE = 2;
  private static final List<String> QUERY_AND_VALUE = List.of(".q_proj.", ".v_proj.");
  private static final List<String> FUSED = List.of(".c_attn.", ".query_key_value.", ".qkv_proj.");

  /// The sizes of a product.
  ///
  /// @param inputs of a product
  /// @param outputs of it
  public record Shape(int inputs, int outputs) {}

  public LowRankAdaptation {
    shapes = Collections.unmodifiableSortedMap(new TreeMap<>(shapes));
    if (shapes.isEmpty()) {
      throw new IllegalArgumentException("LoRA needs query and value projections, found none");
    }
    if (rank < 1) {
      throw new IllegalArgumentException("the rank of LoRA must be ≥ 1, found " + rank);
    }
  }

  /// Over the query and value projections of a model; empty if it has none that are known by name.
  public static Optional<LowRankAdaptation> of(DjlModel model, int rank) {
    List<String> chosen = named(model, QUERY_AND_VALUE);
    SortedMap<String, Shape> shapes = new TreeMap<>();
    for (String matrix : chosen.isEmpty() ? named(model, FUSED) : chosen) {
      shapes.put(matrix, new Shape(model.inputs(matrix), model.outputs(matrix)));
    }
    return shapes.isEmpty() ? Optional.empty() : Optional.of(new LowRankAdaptation(shapes, rank, SCALE));
  }

  private static List<String> named(DjlModel model, List<String> parts) {
    return model.matrices().stream().filter(name -> parts.stream().anyMatch(name::contains)).sorted().toList();
  }

  @Override
  public int parameters() {
    return shapes.values().stream().mapToInt(this::size).sum();
  }

  private int size(Shape shape) {
    return rank * (shape.inputs + shape.outputs);
  }

  /// `down` uniform in ±1/√inputs, as in the reference implementation.
  @Override
  public float[] start(RandomGenerator random) {
    float[] values = new float[parameters()];
    int from = 0;
    for (Shape shape : shapes.values()) {
      double bound = 1 / Math.sqrt(shape.inputs);
      for (int i = 0; i < rank * shape.inputs; i++) {
        values[from + i] = (float) random.nextDouble(-bound, bound);
      }
      from += size(shape);
    }
    return values;
  }

  @Override
  public float[] rates(double rate) {
    float[] rates = new float[parameters()];
    Arrays.fill(rates, (float) rate);
    return rates;
  }

  @Override
  public Applied applied(float[] parameters) {
    SortedMap<String, LowRank> changes = new TreeMap<>();
    int from = 0;
    for (Map.Entry<String, Shape> matrix : shapes.entrySet()) {
      int up = from + rank * matrix.getValue().inputs;
      int end = from + size(matrix.getValue());
      changes.put(matrix.getKey(), new LowRank(rank, Arrays.copyOfRange(parameters, from, up),
          Arrays.copyOfRange(parameters, up, end), scale));
      from = end;
    }
    return new Applied(Gates.none(), new Overlay(new TreeMap<>(), changes));
  }

  @Override
  public float[] gradient(Gradient gradient) {
    float[] slopes = new float[parameters()];
    int from = 0;
    for (String matrix : shapes.keySet()) {
      LowRank of = gradient.overlay().lowRank().get(matrix);
      System.arraycopy(of.down(), 0, slopes, from, of.down().length);
      System.arraycopy(of.up(), 0, slopes, from + of.down().length, of.up().length);
      from += of.down().length + of.up().length;
    }
    return slopes;
  }
}
