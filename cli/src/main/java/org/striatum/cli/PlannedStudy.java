package org.striatum.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.cli.option.ProblemOptions;
import org.striatum.cli.option.PromptOptions;
import org.striatum.datasets.ProblemSet;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.registration.Plan;
import org.striatum.studies.rollouts.PromptSettings;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Study;

/// What a plan says, as a study runs it.
///
/// @param asked the problems
/// @param plan settings of every study
record PlannedStudy(RolloutStep asked, StudyPlan plan) {
  /// Reads the problems.
  ///
  /// @param file of the plan
  /// @param moved files of problems in place of the plan's; may be empty
  static PlannedStudy of(Plan plan, StudyRegistry registry, Path file, List<Path> moved) throws IOException {
    Map<String, Record> settings = new HashMap<>();
    for (Map.Entry<String, JsonNode> one : plan.told().settings().entrySet()) {
      settings.put(one.getKey(), settings(registry.named(one.getKey()), one.getValue(), file));
    }
    StudyPlan told = new StudyPlan(settings, plan.told().instances(), Set.of());
    RolloutSettings rollouts = told.settings(RolloutStep.STUDY);
    PromptSettings prompts = rollouts.prompts();
    ProblemOptions problems = ProblemOptions.of(plan.told().asked(), file, moved);
    PromptOptions asking = PromptOptions.of(prompts, plan.told().asked().examples());
    List<ProblemSet> sets = problems.sets(null, asking.isChat());
    return new PlannedStudy(new RolloutStep(sets, Optional.empty(), asking.examples(sets, problems)), told);
  }

  private static <S extends Record> S settings(Study<S, ?> study, JsonNode told, Path file) throws BadDataException {
    return RecordJson.parse(RecordJson.compact(told), study.about().settings(), file + ", settings of " + study.name());
  }
}
