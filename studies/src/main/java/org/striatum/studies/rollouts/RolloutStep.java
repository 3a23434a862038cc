package org.striatum.studies.rollouts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Generates and grades rollouts: `rollouts.jsonl`, and `problems.json` where problems were read from a file.
///
/// @param sets problem sets; empty for the study as others read it
/// @param gate that the model writes under; empty for the model as it is
public record RolloutStep(List<ProblemSet> sets, Optional<AppliedGate> gate)
    implements
      Study<RolloutSettings, RolloutResults> {
  /// As other studies read it.
  public static final RolloutStep STUDY = new RolloutStep(List.of());

  /// Rollouts of the model as it is.
  public RolloutStep(List<ProblemSet> sets) {
    this(sets, Optional.empty());
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
  }

  /// What is stored as settings.
  ///
  /// @param sets names of the problem sets
  /// @param files how the problems of those that were read are asked and graded
  /// @param gate checksum of the learned gate; null for the model as it is
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

  /// Settles what the run is about, before any work.
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

  /// The files read, and what stands in the run folder about how they are asked and graded.
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

  private List<Rollout> draw(StudyRun run, RolloutSettings settings) throws IOException {
    HookedModel model = run.anyModel();
    int samples = settings.samples();
    long seed = settings.seed();
    List<Problem> asked = new ArrayList<>();
    List<Integer> sampleOf = new ArrayList<>();
    List<ProblemSet> setOf = new ArrayList<>();
    List<TokenSequence> prompts = new ArrayList<>();
    List<Long> seeds = new ArrayList<>();
    for (ProblemSet set : sets) {
      List<Problem> drawn = set.draw(settings.problems(), seed);
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
    try (Progress.Task task = run.progress().start(name(), prompts.size(), "rollout")) {
      completions = model.model().generate(prompts, seeds.stream().mapToLong(Long::longValue).toArray(), settings.sampling(),
          gate.map(AppliedGate::gates).orElse(Gates.none()), run.batchSize(), () -> task.step(1));
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
