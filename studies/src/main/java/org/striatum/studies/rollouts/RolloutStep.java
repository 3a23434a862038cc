package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
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
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Journal;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.run.KeptBatches;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// Generates and grades rollouts: `rollouts.jsonl`, and `problems.json` where problems were read from a file. Every
/// finished batch is kept at once.
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
    boolean read = !sources.sets().isEmpty();
    StepKey key = run.folder().key(read ? new FileKey(drawn, sources) : drawn);
    Path rollouts = run.folder().rollouts();
    Path problemsFile = run.folder().folder().resolve(ProblemSources.FILE);
    KeptBatches batches = new KeptBatches(run, NAME, key, rollouts);
    run.step(NAME, key, read ? List.of(rollouts, problemsFile) : List.of(rollouts), () -> {
      if (read) {
        RecordJson.write(problemsFile, sources);
      }
      RolloutFile.write(rollouts, draw(batches, model, progress));
    });
    batches.forget();
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

  /// One rollout to draw.
  private record Asked(ProblemSet set, Problem problem, int sample, TokenSequence prompt, long seed) {}

  /// One that was drawn.
  ///
  /// @param index among those asked for
  private record Kept(int index, Rollout rollout) {}

  /// Every rollout, in the order of the file.
  private List<Rollout> draw(KeptBatches kept, HookedModel model, Progress progress) throws IOException {
    List<Asked> asked = asked(model);
    Rollout[] drawn = new Rollout[asked.size()];
    try (Journal journal = kept.open(entry -> take(entry, asked, drawn))) {
      List<List<Integer>> batches = batches(asked);
      batches.removeIf(batch -> batch.stream().allMatch(i -> drawn[i] != null));
      int done = asked.size() - batches.stream().mapToInt(List::size).sum();
      kept.tell(journal.loss(), done, asked.size());
      try (Progress.Task task = progress.resume(NAME, asked.size(), done, "rollout")) {
        for (List<Integer> batch : batches) {
          draw(batch, asked, drawn, model, task);
          journal.append(batch.stream().map(i -> RecordJson.compact(new Kept(i, drawn[i]))).toList());
        }
      }
    }
    return List.of(drawn);
  }

  private List<Asked> asked(HookedModel model) throws IOException {
    List<Asked> asked = new ArrayList<>();
    for (ProblemSet set : sets) {
      List<Problem> drawn = set.draw(problems, seed);
      for (int i = 0; i < drawn.size(); i++) {
        TokenSequence prompt = TokenSequence.prompt(model.tokenizer().encode(drawn.get(i).prompt()));
        for (int sample = 0; sample < samples; sample++) {
          asked.add(new Asked(set, drawn.get(i), sample, prompt, Rollout.seed(seed, set.name(), i, sample)));
        }
      }
    }
    return asked;
  }

  private static void take(byte[] entry, List<Asked> asked, Rollout[] drawn) throws BadDataException {
    Kept kept = RecordJson.parse(entry, Kept.class, NAME);
    if (kept.index < 0 || kept.index >= drawn.length || kept.rollout.seed() != asked.get(kept.index).seed) {
      throw new BadDataException(NAME + ": no rollout of this step has index " + kept.index);
    }
    drawn[kept.index] = kept.rollout;
  }

  /// What runs together: prompts of like length, as a model would batch them itself. The longest come first, so that one
  /// too long for the model or the memory is refused before others are run.
  private List<List<Integer>> batches(List<Asked> asked) {
    List<Integer> order = IntStream.range(0, asked.size()).boxed()
        .sorted(Comparator.comparingInt(i -> asked.get(i).prompt.length())).toList();
    List<List<Integer>> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); from += batchSize) {
      batches.add(order.subList(from, Math.min(from + batchSize, order.size())));
    }
    return batches.reversed();
  }

  private void draw(List<Integer> batch, List<Asked> asked, Rollout[] drawn, HookedModel model, Progress.Task task)
      throws IOException {
    List<Completion> completions = model.model().generate(batch.stream().map(i -> asked.get(i).prompt).toList(),
        batch.stream().mapToLong(i -> asked.get(i).seed).toArray(), sampling,
        gate.map(AppliedGate::gates).orElse(Gates.none()), batchSize, () -> task.step(1));
    for (int b = 0; b < completions.size(); b++) {
      drawn[batch.get(b)] = graded(asked.get(batch.get(b)), completions.get(b), model);
    }
  }

  private static Rollout graded(Asked asked, Completion completion, HookedModel model) throws IOException {
    String text = model.tokenizer().decode(completion.tokens());
    double reward = asked.set.grader().reward(asked.problem, text);
    int[] prompt = asked.prompt.tokens();
    int[] tokens = Arrays.copyOf(prompt, prompt.length + completion.tokens().length);
    System.arraycopy(completion.tokens(), 0, tokens, prompt.length, completion.tokens().length);
    return new Rollout(asked.problem, asked.sample, asked.seed, text, tokens, prompt.length, completion.finished(),
        reward, completion.logProbability());
  }
}
