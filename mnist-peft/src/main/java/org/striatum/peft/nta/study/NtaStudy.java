package org.striatum.peft.nta.study;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.striatum.peft.nta.run.DivergedException;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.probe.run.ParallelWork;
import org.striatum.probe.run.Progress;

/// Runs arms over many seeds. A run has a generator of its own and shares nothing, so results do not depend on how many
/// threads there are; finished runs are kept, so an interrupted study resumes.
///
/// @param seeds how many
/// @param firstSeed seeds are this and those that follow
/// @param threads that run at once
/// @param kept where finished runs are
/// @param progress of the study
public record NtaStudy(int seeds, long firstSeed, int threads, KeptRuns kept, Progress progress) {
  public NtaStudy {
    if (seeds < 1 || threads < 1) {
      throw new IllegalArgumentException("seeds and threads must be ≥ 1, found " + seeds + " and " + threads);
    }
  }

  /// The same with one run at a time.
  public NtaStudy oneAtATime() {
    return new NtaStudy(seeds, firstSeed, 1, kept, progress);
  }

  public long[] seedNumbers() {
    return LongStream.range(firstSeed, firstSeed + seeds).toArray();
  }

  /// Every arm's runs, seed by seed.
  ///
  /// @return (arms, seeds)
  /// @throws DivergedException if the loss of a run does not stay finite, naming arm and seed
  /// @throws IOException if a kept run is damaged or one cannot be kept
  public List<List<NtaRun>> runs(List<SimulatedArm> arms) throws IOException {
    List<Piece> pieces = arms.stream()
        .flatMap(arm -> LongStream.of(seedNumbers()).mapToObj(seed -> new Piece(arm, seed)))
        .toList();
    try (Progress.Task task = progress.start("runs", pieces.size(), "run")) {
      List<NtaRun> runs = ParallelWork.all(pieces, threads, piece -> run(piece.arm, piece.seed), () -> task.step(1));
      return IntStream.range(0, arms.size()).mapToObj(a -> List.copyOf(runs.subList(a * seeds, (a + 1) * seeds)))
          .toList();
    }
  }

  private record Piece(SimulatedArm arm, long seed) {}

  private NtaRun run(SimulatedArm arm, long seed) throws IOException {
    var before = kept.find(arm, seed);
    if (before.isPresent()) {
      return before.get();
    }
    NtaRun run;
    try {
      run = arm.simulation().apply(seed);
    } catch (DivergedException e) {
      throw e.of(arm.name() + ", seed " + seed);
    }
    kept.keep(arm, run);
    return run;
  }
}
