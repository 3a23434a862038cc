package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSource;
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
import org.striatum.studies.run.Found;
import org.striatum.studies.run.KeptBatches;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Generates and grades rollouts: `rollouts.jsonl`, and `problems.json` if problems were read from a file. Every
/// finished batch is kept immediately.
///
/// @param sets problem sets; empty for the study as others read it
/// @param gate applied to the model; empty for the model without a gate
public record RolloutStep(List<ProblemSet> sets, Optional<AppliedGate> gate)
    implements
      Study<RolloutSettings, RolloutResults> {
  /// As other studies read it.
  public static final RolloutStep STUDY = new RolloutStep(List.of());

  /// Rollouts of the model without a gate.
  public RolloutStep(List<ProblemSet> sets) {
    this(sets, Optional.empty());
  }

  /// A learned gate that is applied during generation.
  ///
  /// @param file whose checksum becomes one of the model's: a gated model is a different one, and no later step confuses
  ///     the two
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
  }

  /// The stored settings.
  ///
  /// @param sets names of the problem sets
  /// @param files how the problems of those that were read are asked and graded
  /// @param gate checksum of the learned gate; null for the model without a gate
  public record Told(List<String> sets, List<ProblemSource> files, RolloutSettings drawn, Sha256 gate) {
    public Told {
      sets = List.copyOf(sets);
      files = List.copyOf(files);
    }
  }

  @Override
  public StudyDescription<RolloutSettings, RolloutResults> about() {
    return StudyDescription.of(StudyRun.ROLLOUTS, "Generate and grade completions of problem sets.",
        RolloutSettings.defaults(), RolloutResults.class).withQuick(RolloutSettings.quick())
        .withSeeding(RolloutSettings::withSeed);
  }

  @Override
  public boolean hasOwnSection() {
    return true;
  }

  @Override
  public Scope scope() {
    return Scope.EVERY_CHECKPOINT;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, RolloutSettings settings) {
    return List.of();
  }

  @Override
  public Told told(RolloutSettings settings) throws IOException {
    return new Told(sets.stream().map(ProblemSet::name).toList(), ProblemSources.among(sets).sets(), settings,
        gate.isPresent() ? Sha256.of(gate.get().file()) : null);
  }

  @Override
  public Object inputs(StudyRun run, RolloutSettings settings) throws IOException {
    return withGate(run.model().inputs());
  }

  /// Fixes the inputs of the run, before any work.
  @Override
  public void prepare(StudyRun run, RolloutSettings settings) throws IOException {
    if (sets.isEmpty()) {
      throw new IllegalArgumentException("rollouts need a problem set");
    }
    ProblemSources sources = ProblemSources.among(sets);
    sources.requireNoOther(run.folder().folder());
    run.folder().settle(withGate(run.inputs(new Manifest.Data(sets.stream().map(ProblemSet::name).toList(),
        files(sources), settings.problems(), settings.samples(), null), settings.sampling(), settings.seed())));
  }

  @Override
  public Found<RolloutResults> find(StudyRun run, RolloutSettings settings) throws IOException {
    List<Rollout> drawn = draw(run, settings);
    RolloutFile.write(run.folder().rollouts(), drawn);
    return Found.only(RolloutResults.of(drawn)).with(_ -> List.of(run.folder().rollouts()))
        .with(ImportStep.sources(ProblemSources.among(sets)));
  }

  /// The files read, and how the run folder says that they are asked and graded.
  public static SortedMap<String, Sha256> files(ProblemSources sources) {
    SortedMap<String, Sha256> files = new TreeMap<>();
    sources.sets().forEach(source -> files.put(source.file(), source.sha256()));
    if (!files.isEmpty()) {
      files.put(ProblemSources.FILE, sources.sha256());
    }
    return files;
  }

  private Manifest.Inputs withGate(Manifest.Inputs inputs) throws IOException {
    return gate.isPresent() ? gate.get().onto(inputs) : inputs;
  }

  /// One rollout to draw.
  private record Asked(ProblemSet set, Problem problem, int sample, TokenSequence prompt, long seed) {}

  /// A sampled rollout.
  ///
  /// @param index among all rollouts of the step
  private record Kept(int index, Rollout rollout) {}

  /// Every rollout, in the order of the file.
  private List<Rollout> draw(StudyRun run, RolloutSettings settings) throws IOException {
    HookedModel model = run.anyModel();
    List<Asked> asked = asked(model, settings);
    KeptBatches kept = KeptBatches.of(run, this, settings, run.folder().rollouts());
    Rollout[] drawn = new Rollout[asked.size()];
    try (Journal journal = kept.open(entry -> take(entry, asked, drawn))) {
      List<List<Integer>> batches = batches(asked, run.batchSize());
      batches.removeIf(batch -> batch.stream().allMatch(i -> drawn[i] != null));
      int done = asked.size() - batches.stream().mapToInt(List::size).sum();
      kept.tell(journal.loss(), done, asked.size());
      try (Progress.Task task = run.progress().resume(name(), asked.size(), done, "rollout")) {
        for (List<Integer> batch : batches) {
          draw(batch, asked, drawn, settings.sampling(), model, task);
          journal.append(batch.stream().map(i -> RecordJson.compact(new Kept(i, drawn[i]))).toList());
        }
      }
    }
    return List.of(drawn);
  }

  private List<Asked> asked(HookedModel model, RolloutSettings settings) throws IOException {
    List<Asked> asked = new ArrayList<>();
    long seed = settings.seed();
    for (ProblemSet set : sets) {
      List<Problem> drawn = set.draw(settings.problems(), seed);
      for (int i = 0; i < drawn.size(); i++) {
        TokenSequence prompt = TokenSequence.prompt(model.tokenizer().encodePrompt(drawn.get(i).prompt()));
        for (int sample = 0; sample < settings.samples(); sample++) {
          asked.add(new Asked(set, drawn.get(i), sample, prompt, Rollout.seed(seed, set.name(), i, sample)));
        }
      }
    }
    return asked;
  }

  private static void take(byte[] entry, List<Asked> asked, Rollout[] drawn) throws BadDataException {
    Kept kept = RecordJson.parse(entry, Kept.class, StudyRun.ROLLOUTS);
    if (kept.index < 0 || kept.index >= drawn.length || kept.rollout.seed() != asked.get(kept.index).seed) {
      throw new BadDataException(StudyRun.ROLLOUTS + ": no rollout of this step has index " + kept.index);
    }
    drawn[kept.index] = kept.rollout;
  }

  /// The batches: prompts of similar length, as a model would batch them itself. The longest come first, so that one that is
  /// too long for the model or the memory is refused before others are run.
  private List<List<Integer>> batches(List<Asked> asked, int batchSize) {
    List<Integer> order = IntStream.range(0, asked.size()).boxed()
        .sorted(Comparator.comparingInt(i -> asked.get(i).prompt.length())).toList();
    List<List<Integer>> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); from += batchSize) {
      batches.add(order.subList(from, Math.min(from + batchSize, order.size())));
    }
    return batches.reversed();
  }

  private void draw(List<Integer> batch, List<Asked> asked, Rollout[] drawn, Sampling sampling, HookedModel model,
      Progress.Task task) throws IOException {
    List<Completion> completions = model.model().generate(batch.stream().map(i -> asked.get(i).prompt).toList(),
        batch.stream().mapToLong(i -> asked.get(i).seed).toArray(), sampling,
        gate.map(AppliedGate::gates).orElse(Gates.none()), batch.size(), () -> task.step(1));
    for (int b = 0; b < completions.size(); b++) {
      drawn[batch.get(b)] = graded(asked.get(batch.get(b)), completions.get(b), sampling, model);
    }
  }

  private static Rollout graded(Asked asked, Completion completion, Sampling sampling, HookedModel model)
      throws IOException {
    String text = sampling.cut(model.tokenizer().decode(completion.tokens()));
    double reward = asked.set.grader().reward(asked.problem, text);
    TokenSequence whole = asked.prompt.followedBy(completion.tokens());
    return new Rollout(asked.problem, asked.sample, asked.seed, text, whole.tokens(), whole.promptLength(),
        completion.finished(), reward, completion.logProbability());
  }
}
