package org.striatum.hooks.surgery;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.hooks.GatedModelContract;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.GatedModel;

/// Exports in F32, one of every kind: with fused norms, with a cache, with parallel blocks, with soft caps.
class OnnxFileContractTest extends GatedModelContract {
  @Override
  protected List<Path> models() {
    return Stream.of("gpt2-fused", "llama-optimum", "gpt_neox-dynamo", "gemma2-dynamo")
        .map(file -> OnnxFileModelTest.GOLDEN.resolve("onnx/" + file + "/model.onnx")).toList();
  }

  @Override
  protected GatedModel open(Path file) throws Exception {
    return OnnxFileModel.open(file, Memory.FAST, 1, CompletionEnd.at(List.of(2)));
  }
}
