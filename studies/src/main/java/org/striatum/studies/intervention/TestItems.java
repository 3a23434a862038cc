package org.striatum.studies.intervention;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.striatum.probe.intervention.InterventionStudy.Attempt;
import org.striatum.probe.intervention.InterventionStudy.Generation;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.studies.run.ProblemSplit;
import org.striatum.studies.run.StudyRun;

/// The test problems that arms are measured on: continued and graded, or scored by their solutions.
final class TestItems {
  private final StudyRun run;
  private final AblationSettings.Measures measures;
  private final Function<String, Optional<Grader>> graders;
  private final Map<String, List<Rollout>> tested = new LinkedHashMap<>();

  TestItems(StudyRun run, ProblemSplit split, AblationSettings.Measures measures, List<Rollout> rollouts)
      throws IOException {
    this.run = run;
    this.measures = measures;
    this.graders = run.knownGraders();
    ProblemSplit.byDataset(rollouts).forEach((dataset, own) -> tested.put(dataset, split.tested(own)));
  }

  /// How a dataset's attempts become successes.
  ///
  /// @throws NotEnoughData if the dataset was graded elsewhere
  Generation generation(String dataset) throws IOException {
    BiFunction<String, int[], String> texts = run.texts();
    Grader grader = graders.apply(dataset)
        .orElseThrow(() -> new NotEnoughData("accuracy on " + dataset, "graders", 0, 1));
    return new Generation(run.sampling(dataset), tokens -> texts.apply(dataset, tokens), grader, run.batchSize());
  }

  /// The base arm draws the run's own rollouts again: same prompts, same seeds.
  List<Attempt> attempts(String dataset) {
    return tested.get(dataset).stream().limit(measures.attempts())
        .map(rollout -> new Attempt(rollout.problem(), rollout.sample(), rollout.prompt(), rollout.seed())).toList();
  }

  List<ScoredText> solutions(String dataset) throws IOException {
    List<ScoredText> texts = new ArrayList<>();
    for (Rollout rollout : tested.get(dataset).subList(0,
        Math.min(measures.solutions(), tested.get(dataset).size()))) {
      Problem problem = rollout.problem();
      texts.add(new ScoredText(problem.id(), run.solved(problem)));
    }
    return texts;
  }
}
