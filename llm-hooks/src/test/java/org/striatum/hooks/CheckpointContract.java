package org.striatum.hooks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.probe.model.GatedModel;

/// [GatedModelContract] of an engine that runs checkpoint folders: every family in its usual configuration.
public abstract class CheckpointContract extends GatedModelContract {
  private final List<Checkpoint> checkpoints = new ArrayList<>();

  /// Opens a checkpoint whose completions end at token 2.
  protected abstract GatedModel open(Checkpoint checkpoint) throws Exception;

  @Override
  protected final List<Path> models() throws Exception {
    return GoldenCheckpoints.contracts();
  }

  @Override
  protected final GatedModel open(Path folder) throws Exception {
    Checkpoint checkpoint = Checkpoint.open(folder);
    checkpoints.add(checkpoint);
    return open(checkpoint);
  }

  @AfterAll
  void closeCheckpoints() {
    checkpoints.forEach(Checkpoint::close);
  }
}
