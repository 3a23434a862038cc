package org.striatum.hooks.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorInfo;

/// Formats of quantised weights, told by the tensors that only they have. What a configuration says does not decide: merging
/// an adapter leaves `quantization_config` behind beside full weights.
enum QuantisedFormat {
  /// nf4 and fp4.
  BITSANDBYTES_4_BIT("bitsandbytes (4 bits)", ".quant_map", ".absmax"),
  /// LLM.int8().
  BITSANDBYTES_8_BIT("bitsandbytes (8 bits)", ".SCB"),
  /// AutoGPTQ, GPTQModel.
  GPTQ("GPTQ", ".g_idx"),
  /// AutoAWQ.
  AWQ("AWQ", ".qweight", ".qzeros"),
  /// As DeepSeek V3 and Qwen 3 are given out.
  FP8("FP8 with scales", ".weight_scale_inv"),
  /// llm-compressor's.
  COMPRESSED_TENSORS("compressed-tensors", ".weight_packed", ".weight_scale", ".weight_shape"),
  /// As gpt-oss is given out.
  MXFP4("MXFP4", "_proj_blocks", "_proj_scales"),
  /// Apple's.
  MLX("MLX", ".scales"),
  /// Half-quadratic quantisation.
  HQQ("HQQ", ".W_q"),
  /// Additive codebooks.
  AQLM("AQLM", ".codebooks"),
  /// Whatever else holds its weights as integers.
  OTHER("integers");

  /// What such a checkpoint's name has behind that of the one it was made from.
  private static final Pattern NAMED = Pattern
      .compile("(?i)[-_.](gptq|awq|unsloth|bnb|fp8|int4|int8|[48]-?bit|w\\da\\d+"
          + "|quant|mlx|nvfp4|mxfp4|hqq|eetq|aqlm|nf4|dynamic).*");

  private final String title;
  private final Pattern endings;

  QuantisedFormat(String title, String... endings) {
    this.title = title;
    this.endings = Pattern.compile(endings.length == 0
        ? "(?!)"
        : Arrays.stream(endings).map(Pattern::quote).collect(Collectors.joining("|", "(", ")$")));
  }

  /// Refuses quantised weights by the format's name.
  ///
  /// @throws CheckpointException naming format, a tensor, and the checkpoint to open instead
  static void refuse(Path folder, Map<String, TensorInfo> tensors) throws CheckpointException {
    for (QuantisedFormat format : values()) {
      for (TensorInfo tensor : tensors.values()) {
        if (format.has(tensor)) {
          throw new CheckpointException(folder + " holds weights quantised by " + format.title + " ('" + tensor.name()
              + "'), which are not read: open " + sibling(HubCache.name(folder)));
        }
      }
    }
  }

  private boolean has(TensorInfo tensor) {
    boolean packed = tensor.name().toLowerCase(Locale.ROOT).endsWith("weight") && switch (tensor.dtype()) {
      case F8_E4M3, F8_E5M2, I8, U8, I32, U32 -> true;
      default -> false;
    };
    boolean eight = tensor.dtype() == DType.F8_E4M3 || tensor.dtype() == DType.F8_E5M2;
    return endings.matcher(tensor.name()).find() || (this == FP8 && eight) || (this == OTHER && packed);
  }

  /// The folder's name without its format, where what is left names a model: such names hold a size or a version.
  private static String sibling(String name) {
    String plain = NAMED.matcher(name).replaceFirst("");
    return plain.equals(name) || plain.chars().noneMatch(Character::isDigit)
        ? "the unquantised checkpoint that it was made from"
        : "the unquantised '" + plain + "'";
  }
}
