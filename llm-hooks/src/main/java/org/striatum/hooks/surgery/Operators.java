package org.striatum.hooks.surgery;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Operators by what they do to the values of a residual stream.
final class Operators {
  /// Change representation or shape, not what is represented; the value is their first input.
  static final Set<String> PASSING = Set.of("Identity", "Cast", "Dropout", "Reshape", "Squeeze", "Unsqueeze",
      "Flatten", "QuantizeLinear", "DequantizeLinear");
  /// Take some rows or coordinates of their first input.
  static final Set<String> SELECTING = Set.of("Gather", "Slice", "GatherND");
  static final Set<String> SUMS = Set.of("Add", "Sum");
  /// Normalise, or take a step of a norm that is written out.
  static final Set<String> NORMS = Set.of("LayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization",
      Topology.NORM, "ReduceMean", "ReduceL2", "ReduceSumSquare", "LpNormalization", "InstanceNormalization",
      "GroupNormalization", "BatchNormalization");
  /// Tables looked up by index.
  static final Set<String> LOOKUPS = Set.of("Gather", "GatherBlockQuantized");
  /// Products with a matrix, by the places of their two factors.
  static final Map<String, int[]> PRODUCTS = products();
  /// Add a bias to their first input before the non-linearity.
  static final Set<String> BIASED_ACTIVATIONS = Set.of("FastGelu", "BiasGelu");
  private static final Set<String> CUTS = Set.of("Split", "Slice", "Gather");
  private static final Set<String> LINEAR_WITH_CONSTANTS = Set.of("Add", "Sub", "Mul", "Div");

  private Operators() {}

  private static Map<String, int[]> products() {
    Map<String, int[]> products = new HashMap<>();
    for (String first : List.of("MatMul", "Gemm", "FusedMatMul", "FusedGemm", "TransposeMatMul", "MatMulInteger",
        "MatMulNBits", "MatMulBnb4", "MatMulFpQ4", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "GemmFastGelu",
        "GemmFloat8", "Einsum", "Conv", "ConvInteger")) {
      products.put(first, new int[]{0, 1});
    }
    products.put("QLinearMatMul", new int[]{0, 3});
    products.put("QGemm", new int[]{0, 3});
    return Map.copyOf(products);
  }

  /// Whether an operator is linear in its input without mixing coordinates: biases, scales, and cuts with constants.
  ///
  /// @param activations how many of its inputs are activations
  static boolean linear(String type, long activations) {
    return PASSING.contains(type) || CUTS.contains(type)
        || (LINEAR_WITH_CONSTANTS.contains(type) && activations == 1);
  }

  /// How many inputs a node must have to be read at all. The runtime checks the rest.
  static int fewestInputs(String type) {
    if (PRODUCTS.containsKey(type)) {
      return type.equals("Einsum") ? 1 : Arrays.stream(PRODUCTS.get(type)).max().orElseThrow() + 1;
    }
    if (LOOKUPS.contains(type)) {
      return 2;
    }
    return PASSING.contains(type) || SELECTING.contains(type) || SUMS.contains(type) || NORMS.contains(type)
        || CUTS.contains(type) || LINEAR_WITH_CONSTANTS.contains(type) || BIASED_ACTIVATIONS.contains(type) ? 1 : 0;
  }
}
