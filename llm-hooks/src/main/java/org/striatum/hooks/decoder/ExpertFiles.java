package org.striatum.hooks.decoder;

import java.util.List;
import java.util.stream.Stream;

/// How a mixture's weights lie in a checkpoint. Names are given without their layer; `%d` stands for the expert.
///
/// @param router name of the router's projection, without `.weight`
/// @param form how matrices lie
/// @param gate full name of the gate's matrix, or of gate and up in one
/// @param up full name, or null where gate and up are one
/// @param down full name
record ExpertFiles(String router, ExpertFiles.Form form, String gate, String up, String down) {
  enum Form {
    /// A tensor for each matrix of each expert.
    EACH,
    /// All experts in one tensor (experts, out, in); gate and up one below the other.
    STACKED,
    /// All experts in one tensor (experts, in, out); gate and up side by side.
    TRANSPOSED,
    /// All experts in one tensor (experts, in, out), with biases; gate and up alternate.
    ALTERNATING
  }

  /// One tensor an expert, as files on the hub have them.
  static final ExpertFiles QWEN = each("mlp.gate", "mlp.experts.%d.", "gate_proj", "up_proj", "down_proj");
  static final ExpertFiles MIXTRAL = each("block_sparse_moe.gate", "block_sparse_moe.experts.%d.", "w1", "w3", "w2");
  static final ExpertFiles GRANITE = new ExpertFiles("block_sparse_moe.router.layer", Form.STACKED,
      "block_sparse_moe.input_linear.weight", null, "block_sparse_moe.output_linear.weight");
  static final ExpertFiles QWEN_VL = new ExpertFiles("mlp.gate", Form.TRANSPOSED, "mlp.experts.gate_up_proj", null,
      "mlp.experts.down_proj");
  static final ExpertFiles GPT_OSS = new ExpertFiles("mlp.router", Form.ALTERNATING, "mlp.experts.gate_up_proj", null,
      "mlp.experts.down_proj");

  /// Stacked, as the reference implementation holds them in memory, by the names of routers there.
  private static final List<ExpertFiles> HELD = List.of(stacked("mlp.gate", "mlp.experts."),
      stacked("mlp.router", "mlp.experts."), stacked("block_sparse_moe.router", "block_sparse_moe.experts."));

  private static ExpertFiles each(String router, String expert, String gate, String up, String down) {
    return new ExpertFiles(router, Form.EACH, expert + gate + ".weight", expert + up + ".weight",
        expert + down + ".weight");
  }

  private static ExpertFiles stacked(String router, String experts) {
    return new ExpertFiles(router, Form.STACKED, experts + "gate_up_proj", null, experts + "down_proj");
  }

  /// The shape of the gate's matrix, or of gate's and up's.
  ///
  /// @param n neurons of an expert
  /// @param d width of the stream
  List<Long> shapeOfGate(long experts, long n, long d) {
    return switch (form) {
      case EACH -> List.of(n, d);
      case STACKED -> List.of(experts, 2 * n, d);
      case TRANSPOSED, ALTERNATING -> List.of(experts, d, 2 * n);
    };
  }

  /// These, or the same weights as the reference implementation holds them.
  List<ExpertFiles> orHeld() {
    return form == Form.ALTERNATING ? List.of(this) : Stream.concat(Stream.of(this), HELD.stream()).toList();
  }
}
