package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.ForeignRollouts.Graded;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.StudyRun;

/// Takes completions that another program made for this run's rollouts: `rollouts.jsonl`, `problems.json`.
///
/// Prompt and completion become tokens by the checkpoint's own tokenizer. What the other program sampled is known as text
/// only, so tokens may be cut otherwise than they were drawn, and log-probabilities are unknown.
///
/// @param made the completions
/// @param sampling as they were drawn, for steps that go on from them
/// @param seed of everything random that has no seed of its own
public record ImportStep(ForeignRollouts made, Sampling sampling, long seed) {
  /// What decides the outcome, and nothing else.
  private record Key(ProblemSources sources, Sampling sampling, long seed, Manifest.Inputs inputs) {}

  /// Runs the step unless it is finished.
  public void run(StudyRun run, HookedModel model) throws IOException {
    ProblemSources sources = new ProblemSources(List.of(made.source()));
    sources.requireNoOther(run.folder().folder());
    Map<String, Integer> samples = new HashMap<>();
    made.completions().forEach(graded -> samples.merge(graded.problem().id(), 1, Integer::sum));
    int most = samples.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    run.folder().settle(run.inputs(model, new Manifest.Data(List.of(made.source().dataset()),
        RolloutStep.files(sources), samples.size(), most, null), sampling, seed));
    Path rollouts = run.folder().rollouts();
    Path problems = run.folder().folder().resolve(ProblemSources.FILE);
    run.step(RolloutStep.NAME, run.folder().key(new Key(sources, sampling, seed, run.modelInputs(model))),
        List.of(rollouts, problems), () -> {
          RecordJson.write(problems, sources);
          RolloutFile.write(rollouts, tokenized(model.tokenizer()));
        });
  }

  private List<Rollout> tokenized(Tokenizer tokenizer) {
    List<Rollout> rollouts = new ArrayList<>();
    for (Graded graded : made.completions()) {
      TokenSequence whole = TokenSequence.prompt(tokenizer.encode(graded.problem().prompt()))
          .followedBy(tokenizer.encodeContinuation(graded.text()));
      rollouts.add(new Rollout(graded.problem(), graded.sample(), 0, graded.text(), whole.tokens(),
          whole.promptLength(), graded.finished(), graded.reward(), Double.NaN));
    }
    return rollouts;
  }
}
