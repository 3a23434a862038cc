package org.striatum.hooks.surgery;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.striatum.hooks.GateContract;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.HookPoint;

/// The gate inside a foreign graph, on the sum of a fused norm: the stream is fed in and read behind its gate.
class SurgeryGateTest extends GateContract {
  private static final HookPoint HOOK = HookPoint.residPost(1);
  private static OnnxFileModel model;

  @BeforeAll
  static void open() throws Exception {
    model = OnnxFileModel.open(Path.of("src/test/resources/golden/onnx/gpt2-fused/model.onnx"), Memory.FAST, 0,
        CompletionEnd.at(List.of()));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Override
  protected int width() {
    return model.width(HOOK);
  }

  @Override
  protected float[] run(Gate gate, float[] hidden, boolean[] mask) {
    FileSessions sessions = model.sessions();
    FileSessions.Prepared prepared = sessions.session(new Surgery(Optional.of(HOOK), Set.of(HOOK), Set.of(HOOK),
        Surgery.Tail.NONE, Surgery.CacheUse.NONE));
    String output = sessions.prefix() + HOOK;
    try (RunInputs inputs = new RunInputs()) {
      inputs.put(sessions.prefix() + OnnxSurgeon.HIDDEN,
          GraphSession.tensor(FloatBuffer.wrap(hidden), 1, mask.length, width()));
      sessions.gate(inputs, HOOK, gate, rows(mask),
          new GraphSignature.TokenStep(new int[1][mask.length], new int[]{mask.length}, 0));
      try (var result = prepared.session().run(inputs.tensors(), Set.of(output), Map.of())) {
        return GraphSession.floats(result, output);
      }
    }
  }
}
