package org.striatum.hooks.onnx;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.striatum.hooks.CheckpointContract;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.probe.model.GatedModel;

@Order(1)
class OnnxContractTest extends CheckpointContract {
  @Override
  protected GatedModel open(Checkpoint checkpoint) throws Exception {
    return new OnnxModel(checkpoint, Decoder.of(checkpoint), Optional.of(Memory.FAST), 1, CompletionEnd.at(List.of(2)));
  }
}
