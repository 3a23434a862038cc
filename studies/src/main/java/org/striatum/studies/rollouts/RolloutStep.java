package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.StudyRun;

/// Generates and grades rollouts: `rollouts.jsonl`, and `problems.json` where problems were read from a file.
///
/// @param sets problem sets
/// @param problems of each, at most
/// @param samples rollouts a problem, K
/// @param sampling how completions are drawn
/// @param seed of problems and completions
/// @param batchSize rollouts that run together; no result depends on it
/// @param gate under which the model writes; empty for the model as it is
public record RolloutStep(List<ProblemSet> sets, int problems, int samples, Sampling sampling, long seed,
    int batchSize, Optional<AppliedGate> gate) {
  public static final String NAME = "rollouts";

  /// Rollouts of the model as it is.
  public RolloutStep(List<ProblemSet> sets, int problems, int samples, Sampling sampling, long seed, int batchSize) {
    this(sets, problems, samples, sampling, seed, batchSize, Optional.empty());
  }

  /// A learned gate that is open while the model writes.
  ///
  /// @param file whose checksum becomes one of the model's: a gated model is another one, and no later step takes the two
  ///     for each other
  public record AppliedGate(Path file, Gates gates) {
    private Manifest.Inputs onto(Manifest.Inputs inputs) throws IOException {
      SortedMap<String, Sha256> files = new TreeMap<>(inputs.checkpoint().files());
      files.put("gate " + file.getFileName(), Sha256.of(file));
      return new Manifest.Inputs(
          new Manifest.Checkpoint(inputs.checkpoint().name(), inputs.checkpoint().modelType(), files),
          inputs.tokenizer(), inputs.data(), inputs.sampling(), inputs.hooks(), inputs.seed());
    }
  }

  public RolloutStep {
    sets = List.copyOf(sets);
    if (problems < 1 || samples < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "problems, rollouts a problem and batch size must be ≥ 1, found " + problems + ", "
              + samples + " and " + batchSize);
    }
  }

  /// What decides the outcome, and nothing else.
  private record Key(List<String> sets, int problems, int samples, Sampling sampling, long seed,
      Manifest.Inputs inputs) {}

  /// The same where problems were read from files.
  private record FileKey(Key drawn, ProblemSources sources) {}

  /// Runs the step unless it is finished.
  public void run(StudyRun run, HookedModel model, Progress progress) throws IOException {
    List<String> names = sets.stream().map(ProblemSet::name).toList();
    ProblemSources sources = ProblemSources.among(sets);
    sources.requireNoOther(run.folder().folder());
    run.folder().settle(withGate(
        run.inputs(model, new Manifest.Data(names, files(sources), problems, samples, null), sampling, seed)));
    Key drawn = new Key(names, problems, samples, sampling, seed, withGate(run.modelInputs(model)));
    Path rollouts = run.folder().rollouts();
    if (sources.sets().isEmpty()) {
      run.step(NAME, run.folder().key(drawn), List.of(rollouts),
          () -> RolloutFile.write(rollouts, draw(model, progress)));
      return;
    }
    Path problemsFile = run.folder().folder().resolve(ProblemSources.FILE);
    run.step(NAME, run.folder().key(new FileKey(drawn, sources)), List.of(rollouts, problemsFile), () -> {
      RecordJson.write(problemsFile, sources);
      RolloutFile.write(rollouts, draw(model, progress));
    });
  }

  /// The files read, and what stands in the run folder about how they are asked and graded.
  public static SortedMap<String, Sha256> files(ProblemSources sources) {
    SortedMap<String, Sha256> files = new TreeMap<>();
    sources.sets().forEach(source -> files.put(source.file(), source.sha256()));
    if (!files.isEmpty()) {
      files.put(ProblemSources.FILE, Sha256.of(RecordJson.pretty(sources)));
    }
    return files;
  }

  private Manifest.Inputs withGate(Manifest.Inputs inputs) throws IOException {
    return gate.isPresent() ? gate.get().onto(inputs) : inputs;
  }

  private List<Rollout> draw(HookedModel model, Progress progress) throws IOException {
    List<Problem> asked = new ArrayList<>();
    List<Integer> sampleOf = new ArrayList<>();
    List<ProblemSet> setOf = new ArrayList<>();
    List<TokenSequence> prompts = new ArrayList<>();
    List<Long> seeds = new ArrayList<>();
    for (ProblemSet set : sets) {
      List<Problem> drawn = set.draw(problems, seed);
      for (int i = 0; i < drawn.size(); i++) {
        TokenSequence prompt = TokenSequence.prompt(model.tokenizer().encode(drawn.get(i).prompt()));
        for (int sample = 0; sample < samples; sample++) {
          asked.add(drawn.get(i));
          sampleOf.add(sample);
          setOf.add(set);
          prompts.add(prompt);
          seeds.add(Rollout.seed(seed, set.name(), i, sample));
        }
      }
    }
    List<Completion> completions;
    try (Progress.Task task = progress.start(NAME, prompts.size(), "rollout")) {
      completions = model.model().generate(prompts, seeds.stream().mapToLong(Long::longValue).toArray(), sampling,
          gate.map(AppliedGate::gates).orElse(Gates.none()), batchSize, () -> task.step(1));
    }
    List<Rollout> rollouts = new ArrayList<>();
    for (int i = 0; i < completions.size(); i++) {
      Completion completion = completions.get(i);
      String text = model.tokenizer().decode(completion.tokens());
      double reward = setOf.get(i).grader().reward(asked.get(i), text);
      TokenSequence whole = prompts.get(i).followedBy(completion.tokens());
      rollouts.add(new Rollout(asked.get(i), sampleOf.get(i), seeds.get(i), text, whole.tokens(), whole.promptLength(),
          completion.finished(), reward, completion.logProbability()));
    }
    return rollouts;
  }
}
