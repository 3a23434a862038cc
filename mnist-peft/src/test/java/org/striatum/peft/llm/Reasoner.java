package org.striatum.peft.llm;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.peft.llm.ModeProblems.Counts;

/// The bundled checkpoint, and a few problems for it.
final class Reasoner {
  static final Path FOLDER = Path.of("../checkpoints/tiny-reasoner-step2000");

  private Reasoner() {}

  static HookedModel open() throws CheckpointException {
    return HookedModel.open(FOLDER, Optional.empty(), 0);
  }

  /// Problems of `mul`, beside `mod`.
  static ModeProblems problems(HookedModel model, int training, int validation, int test) throws CheckpointException {
    return ModeProblems.draw(model, ProblemSets.named("mul").getFirst(), List.copyOf(ProblemSets.named("mod")),
        new Counts(training, validation, test), Set.of(), 3);
  }
}
