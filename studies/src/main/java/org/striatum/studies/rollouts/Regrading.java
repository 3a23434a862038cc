package org.striatum.studies.rollouts;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.datasets.ProblemSource;
import org.striatum.datasets.ProblemSources;
import org.striatum.datasets.RolloutFile;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.datasets.grading.GraderVersion;
import org.striatum.datasets.grading.ReadingGrader;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.ParallelWork;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.Manifest.Inputs;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// The completions of a finished run graded again, without the model.
///
/// @param before as the run has them
/// @param after with new rewards and what was read for them
/// @param sources how their problems are graded now
public record Regrading(List<Rollout> before, List<Rollout> after, ProblemSources sources) {
  public Regrading {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /// One completion whose reward is another now.
  ///
  /// @param line of `rollouts.jsonl`, from 1
  public record Change(int line, Rollout before, Rollout after) {}

  /// Grades the completions of a run.
  ///
  /// @param grader instead of the one that the run names
  /// @throws UsageException if the problems were generated: those are graded by their own rule; if the grader cannot read more
  ///     than half of a data set's reference answers
  /// @throws org.striatum.datasets.MissingSettingException if the run names no grader and none is given
  public static Regrading of(RunFolder folder, Optional<AnswerGrader> grader) throws IOException {
    List<Rollout> before = StudyRun.rollouts(folder);
    ProblemSources there = ProblemSources.of(folder.folder());
    ProblemSources sources = new ProblemSources(there.sets().stream().map(source -> source.gradedBy(
        grader.orElseGet(source::requireGrader))).toList());
    sources.sets().forEach(source -> requireReferences(source, before));
    PromptFormat format = folder.manifest().inputs().prompts();
    List<Rollout> after = ParallelWork.all(before, ParallelWork.threads(before.size()),
        rollout -> graded(rollout, sources, format), () -> {});
    return new Regrading(before, after, sources);
  }

  private static Rollout graded(Rollout rollout, ProblemSources sources, PromptFormat format) {
    String dataset = rollout.problem().dataset();
    if (sources.sets().stream().noneMatch(source -> source.dataset().equals(dataset))) {
      throw new UsageException(
          "the problems of " + dataset + " were not read from a file: they are graded by their own rule");
    }
    return rollout.graded(new ReadingGrader(sources.grader(dataset), format.reading(dataset)).grade(rollout.problem(),
        rollout.completion(), !rollout.finished()));
  }

  private static void requireReferences(ProblemSource source, List<Rollout> rollouts) {
    Set<Problem> all = problems(source, rollouts);
    long unreadable = all.stream().filter(problem -> !isReadable(source, problem)).count();
    if (2 * unreadable > all.size()) {
      throw new UsageException(
          "the grader %s cannot read %d of the %d reference answers of %s, such as '%s': another is needed"
              .formatted(source.requireGrader().printed(), unreadable, all.size(), source.dataset(),
                  all.stream().filter(problem -> !isReadable(source, problem)).findFirst().orElseThrow().answer()));
    }
  }

  private static Set<Problem> problems(ProblemSource source, List<Rollout> rollouts) {
    return rollouts.stream().map(Rollout::problem).filter(problem -> problem.dataset().equals(source.dataset()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static boolean isReadable(ProblemSource source, Problem problem) {
    return source.requireGrader().reference(problem.answer()).isPresent();
  }

  /// Problems whose reference answer the grader cannot read: no completion of them gets a reward.
  public int unreadable() {
    return sources.sets().stream().mapToInt(source -> (int) problems(source, after).stream()
        .filter(problem -> !isReadable(source, problem)).count()).sum();
  }

  /// Every completion with another reward.
  public List<Change> changes() {
    return IntStream.range(0, before.size()).filter(i -> before.get(i).reward() != after.get(i).reward())
        .mapToObj(i -> new Change(i + 1, before.get(i), after.get(i))).toList();
  }

  /// How many completions have the same reward for another answer, or an answer that was not kept before.
  public int otherwiseRead() {
    return (int) IntStream.range(0, before.size()).filter(i -> before.get(i).reward() == after.get(i).reward()
        && (!Objects.equals(before.get(i).read(), after.get(i).read())
            || before.get(i).timeLimit() != after.get(i).timeLimit()
            || before.get(i).unread() != after.get(i).unread()))
        .count();
  }

  /// Completions that are beyond what graders read, by the reason's printed name; without those of which there are none.
  public SortedMap<String, Long> beyond() {
    return after.stream().filter(rollout -> rollout.unread() != null)
        .collect(Collectors.groupingBy(rollout -> rollout.unread().printed(), TreeMap::new, Collectors.counting()));
  }

  /// Completions that were read and gave no answer.
  public long withoutAnswer() {
    return after.stream().filter(rollout -> rollout.read() == null && rollout.unread() == null).count();
  }

  /// Whether anything is other than the run has it, the version of a grader included.
  public boolean changed(RunFolder folder) throws IOException {
    return !versions().equals(folder.manifest().inputs().data().graders()) || !changes().isEmpty()
        || otherwiseRead() > 0 || !sources.equals(ProblemSources.of(folder.folder()));
  }

  /// Writes the new rewards into the run. Steps that stood on the old ones are no longer finished.
  ///
  /// @return the steps that have to be run again
  public List<String> write(RunFolder folder, Environment environment) throws IOException {
    Path settings = folder.settingsFile(StudyRun.ROLLOUTS);
    Path results = folder.resultsFile(StudyRun.ROLLOUTS);
    Path problems = folder.folder().resolve(ProblemSources.FILE);
    Object told = told(settings);
    Inputs inputs = folder.manifest().inputs();
    StepKey key = folder
        .key(List.of(told, new Inputs(inputs.checkpoint(), inputs.tokenizer(), null, null, null, null)));
    RecordJson.write(settings, RolloutStep.STUDY.settingsFormat(), told);
    RecordJson.write(results, RolloutStep.STUDY.format(), RolloutResults.of(after));
    sources.write(problems);
    RolloutFile.write(folder.rollouts(), after);
    folder.resettle(regraded(inputs));
    return folder.finish(StudyRun.ROLLOUTS, key, List.of(settings, results, folder.rollouts(), problems), environment);
  }

  /// What the step of the rollouts was told, with the graders of now.
  private Object told(Path settings) throws IOException {
    JsonNode tree = RecordJson.read(settings, RolloutStep.STUDY.settingsFormat(), JsonNode.class);
    if (tree.has("source")) {
      ImportStep.Told told = RecordJson.fromTree(tree, ImportStep.Told.class);
      return new ImportStep.Told(now(told.source()), told.imported());
    }
    RolloutStep.Told told = RecordJson.fromTree(tree, RolloutStep.Told.class);
    return new RolloutStep.Told(told.sets(), told.files().stream().map(this::now).toList(), told.drawn(), told.gate());
  }

  private ProblemSource now(ProblemSource source) {
    return sources.sets().stream().filter(other -> other.dataset().equals(source.dataset())).findFirst().orElse(source);
  }

  private SortedMap<String, GraderVersion> versions() {
    Map<String, Grader> graders = new TreeMap<>();
    sources.sets().forEach(source -> graders.put(source.dataset(), source.requireGrader()));
    return RewardGraders.versions(graders);
  }

  private Inputs regraded(Inputs inputs) {
    Manifest.Data data = inputs.data();
    SortedMap<String, Sha256> files = new TreeMap<>(data.files());
    files.put(ProblemSources.FILE, sources.sha256());
    return new Inputs(inputs.checkpoint(), inputs.tokenizer(),
        new Manifest.Data(data.sets(), files, data.problems(), data.rolloutsPerProblem(), data.splitSeed(),
            data.prompts(), versions(), data.drawn(), data.ends()),
        inputs.sampling(), inputs.hooks(), inputs.seed());
  }
}
