package org.striatum.hooks.torch;

import java.util.List;
import org.striatum.hooks.CheckpointContract;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.probe.model.GatedModel;

class DjlContractTest extends CheckpointContract {
  @Override
  protected GatedModel open(Checkpoint checkpoint) throws Exception {
    return DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of(2)));
  }

  /// PyTorch's products depend on how many rows there are, in the last bits.
  @Override
  protected boolean productsKeepTheirBits() {
    return false;
  }
}
