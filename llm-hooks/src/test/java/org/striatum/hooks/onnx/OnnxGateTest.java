package org.striatum.hooks.onnx;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.striatum.hooks.GateContract;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// The gate as ONNX nodes, alone: the residual stream of the last layer is fed in and read behind its gate.
class OnnxGateTest extends GateContract {
  private static final HookPoint HOOK = HookPoint.residPost(2);
  private static Checkpoint checkpoint;
  private static OnnxModel model;

  @BeforeAll
  static void open() throws Exception {
    checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/checkpoints/qwen2"));
    model = new OnnxModel(checkpoint, Decoder.of(checkpoint), Optional.of(Memory.FAST), 0, CompletionEnd.at(List.of()));
  }

  @AfterAll
  static void close() {
    model.close();
    checkpoint.close();
  }

  @Override
  protected int width() {
    return model.width(HOOK);
  }

  @Override
  protected float[] run(Gate gate, float[] hidden, boolean[] mask) {
    GraphSession session = model
        .session(new GraphSpec(HOOK.layer(), Set.of(HOOK), Set.of(HOOK), GraphSpec.Head.NONE, false));
    Packing packing = Packing.of(List.of(TokenSequence.prompt(IntStream.range(0, mask.length).toArray())));
    try (RunInputs inputs = RunInputs.layout(packing)
        .put("hidden", GraphSession.tensor(FloatBuffer.wrap(hidden), mask.length, width()))
        .gate(HOOK, gate, rows(mask));
        var result = session.run(inputs.tensors(), Set.of(HOOK.toString()), Map.of())) {
      return GraphSession.floats(result, HOOK.toString());
    }
  }
}
