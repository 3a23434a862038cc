package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.HookPoint;

/// Runs a few tokens through a graph whose outputs are all sites: what type and shape has each value, and does a sequence
/// compute the same beside another?
final class SiteMeasurement {
  private static final int[] TOKENS = {0, 1, 1};
  /// Of a value's largest number: above this, two runs of one sequence differ by more than rounding.
  private static final double ROUNDING = 1e-3;
  private static final Pattern UNKNOWN_OPERATOR = Pattern
      .compile("([\\w.]*):?(\\w+)\\(-?\\d+\\) is not a registered function/op|No Op registered for (\\w+)");

  private final OnnxFile file;
  private final String logits; // value
  private final GraphSignature signature;
  private final Map<String, String> outputs; // value → output
  private final Map<String, TensorLayout> layouts = new HashMap<>();

  /// What was found.
  ///
  /// @param layouts value → its layout, for every value that a site or a gating signal stands for
  /// @param single whether only one sequence may be in a run: no other fits, or another would change what it computes
  record MeasuredSites(Map<String, TensorLayout> layouts, boolean single) {}

  private SiteMeasurement(OnnxFile file, OnnxSurgeon surgeon, GraphSignature signature, Map<String, String> outputs) {
    this.file = file;
    this.logits = surgeon.sites().at(HookPoint.LOGITS).value();
    this.signature = signature;
    this.outputs = outputs;
  }

  /// Measures every site of a file.
  ///
  /// @throws CheckpointException if the runtime refuses the graph, or a site has no usable shape, type or numbers
  static MeasuredSites of(OnnxFile file, OnnxSurgeon surgeon, int threads) throws CheckpointException {
    OnnxSurgeon.Exposed exposed = surgeon.exposed();
    SiteMeasurement measurement = new SiteMeasurement(file, surgeon, signature(file, surgeon, exposed),
        exposed.outputs());
    try (GraphSession session = GraphSession.open(file.name(), surgeon.bytes(exposed.graph()), file.folder(),
        Memory.LOW, threads, FileSessions.ACROSS_GATES)) {
      Map<String, float[]> alone = measurement.run(session, TOKENS);
      boolean single = measurement.signature.single() || !measurement.sameBesideAnother(session, alone);
      measurement.checkStream(surgeon.sites());
      return new MeasuredSites(Map.copyOf(measurement.layouts), single);
    } catch (IllegalStateException refused) {
      throw new CheckpointException(file.path() + ": " + oneLine(refused.getMessage()), refused);
    }
  }

  private static GraphSignature signature(OnnxFile file, OnnxSurgeon surgeon, OnnxSurgeon.Exposed exposed)
      throws CheckpointException {
    try {
      return surgeon.signature(exposed.graph());
    } catch (CheckpointException refused) {
      throw new CheckpointException(file.path() + ": " + refused.getMessage(), refused);
    }
  }

  /// Runs sequences of one length and measures every value; the numbers of those of type FLOAT.
  private Map<String, float[]> run(GraphSession session, int[]... sequences) throws CheckpointException {
    int[] lengths = Arrays.stream(sequences).mapToInt(sequence -> sequence.length).toArray();
    Map<String, float[]> numbers = new HashMap<>();
    try (RunInputs inputs = new RunInputs()) {
      signature.feed(inputs, new GraphSignature.TokenStep(sequences, lengths, 0));
      try (OrtSession.Result result = session.run(inputs.tensors(), Set.copyOf(outputs.values()), Map.of())) {
        for (Map.Entry<String, String> value : outputs.entrySet()) {
          OnnxTensor tensor = (OnnxTensor) result.get(value.getValue()).orElseThrow();
          TensorLayout layout = layout(tensor, value.getKey(), sequences.length);
          layouts.put(value.getKey(), layout);
          if (layout.type() == DataType.FLOAT) {
            numbers.put(value.getKey(), numbers(tensor, value.getKey()));
          }
        }
      }
    }
    return numbers;
  }

  /// Some exports hold positions for one sequence only: a second one fails, or is computed otherwise.
  private boolean sameBesideAnother(GraphSession session, Map<String, float[]> alone) throws CheckpointException {
    Map<String, float[]> together;
    try {
      together = run(session, TOKENS, new int[TOKENS.length]);
    } catch (IllegalStateException | CheckpointException refused) {
      run(session, TOKENS); // measures again what the failed run may have overwritten
      return false;
    }
    return alone.entrySet().stream().allMatch(value -> same(value.getValue(), together.get(value.getKey())));
  }

  /// Whether numbers are the same as those that another run begins with.
  private static boolean same(float[] alone, float[] together) {
    double scale = 0;
    double worst = 0;
    for (int i = 0; i < alone.length; i++) {
      scale = Math.max(scale, Math.abs(alone[i]));
      worst = Math.max(worst, Math.abs(alone[i] - together[i]));
    }
    return worst <= ROUNDING * scale;
  }

  private TensorLayout layout(OnnxTensor tensor, String value, int batch) throws CheckpointException {
    TensorInfo info = tensor.getInfo();
    long[] shape = info.getShape();
    int last = shape.length - 1;
    boolean rank3 = last == 2 && shape[0] == batch && shape[1] == TOKENS.length;
    boolean rank2 = last == 1 && shape[0] == (long) batch * TOKENS.length;
    if ((!rank3 && !rank2) || shape[last] < 1 || shape[last] > Integer.MAX_VALUE) {
      throw refusal(value, "must have the shape (batch, positions, width), found " + Arrays.toString(shape) + " for "
          + batch + " × " + TOKENS.length + " tokens"
          + (value.equals(logits) ? ": export logits of all positions, not of the last" : ""));
    }
    return new TensorLayout(type(info, value), rank3 ? 3 : 2, (int) shape[last]);
  }

  private DataType type(TensorInfo info, String value) throws CheckpointException {
    return switch (info.type) {
      case FLOAT -> DataType.FLOAT;
      case FLOAT16 -> DataType.FLOAT16;
      case BFLOAT16 -> DataType.BFLOAT16;
      case DOUBLE -> DataType.DOUBLE;
      case INT8, UINT8, INT16, INT32, INT64, BOOL, STRING, UNKNOWN ->
        throw refusal(value, "must be floating-point, found " + info.type);
    };
  }

  private float[] numbers(OnnxTensor tensor, String value) throws CheckpointException {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] numbers = new float[buffer.remaining()];
    buffer.get(numbers);
    for (float number : numbers) {
      if (Float.isNaN(number)) {
        throw refusal(value, "is NaN on the tokens " + Arrays.toString(TOKENS) + ": the file is damaged");
      }
    }
    return numbers;
  }

  /// What is added to the residual stream, and the stream itself, must have one width.
  private void checkStream(SiteMap sites) throws CheckpointException {
    int d = layouts.get(sites.at(HookPoint.EMBED).value()).width();
    for (HookPoint point : sites.hookPoints()) {
      boolean stream = switch (point.site()) {
        case EMBED, RESID_PRE, RESID_MID, RESID_POST, ATTN_OUT, MLP_OUT, FINAL_NORM -> true;
        case ATTN_PATTERN, HEAD_OUT, ROUTER_LOGITS, EXPERT_WEIGHTS, MLP_POST, LOGITS -> false;
      };
      int width = layouts.get(sites.at(point).value()).width();
      if (stream && width != d) {
        throw new CheckpointException(file.path() + ": the residual stream must have one width, found " + d
            + " at hook_embed and " + width + " at " + point + " (" + sites.at(point).recognition() + ")");
      }
    }
  }

  private CheckpointException refusal(String value, String problem) {
    return new CheckpointException(file.path() + ": '" + value + "' " + problem);
  }

  private static String oneLine(String message) {
    Matcher unknown = UNKNOWN_OPERATOR.matcher(message);
    if (unknown.find()) {
      String operator = unknown.group(3) != null ? unknown.group(3) : unknown.group(1) + ":" + unknown.group(2);
      return "the operator " + operator + " is unknown to ONNX Runtime " + GraphSession.version()
          + ": export the model with standard operators";
    }
    return message.lines().findFirst().orElse("ONNX Runtime refused the graph").strip();
  }
}
