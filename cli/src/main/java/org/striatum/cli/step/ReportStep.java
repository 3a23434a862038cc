package org.striatum.cli.step;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.ModelFacts;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Manifest;
import org.striatum.probe.run.RecordJson;
import org.striatum.reports.run.CheckpointFacts;
import org.striatum.reports.run.RunReport;
import org.striatum.reports.run.SampleRollout;
import org.striatum.reports.run.SamplingFacts;

/// Makes `report.html` from what the run has finished. Always made anew: it takes a moment.
public final class ReportStep {
  /// Rollouts shown of each dataset: some that succeeded, some that failed.
  private static final int SAMPLES_OF_EACH = 1;

  private ReportStep() {}

  /// Writes the report.
  ///
  /// @throws IllegalArgumentException if the run has no rollouts yet
  public static void run(StudyRun run, HookedModel model) throws IOException {
    Manifest manifest = run.folder().manifest();
    StudyRun.requireFinished(run.folder(), RolloutStep.NAME);
    Manifest.Inputs inputs = manifest.inputs();
    RunReport.write(
        new RunReport.Content("Reward subsystem of " + inputs.checkpoint().name(), facts(model, inputs),
            new SamplingFacts(inputs.sampling(), inputs.data().rolloutsPerProblem(), inputs.seed()),
            AnswersStep.results(run.folder()), AnswersStep.beside(run.folder()), samples(run.rollouts()),
            new String(RecordJson.pretty(manifest), StandardCharsets.UTF_8)),
        run.folder().report());
  }

  private static CheckpointFacts facts(HookedModel model, Manifest.Inputs inputs) throws IOException {
    ModelFacts known = model.facts();
    return new CheckpointFacts(inputs.checkpoint().name(), inputs.checkpoint().modelType(), known.layers(),
        known.width(), known.heads(), known.vocabulary(), known.parameters(), known.dtypes(),
        inputs.checkpoint().files().entrySet().stream()
            .map(file -> new CheckpointFacts.FileHash(file.getKey(), file.getValue().hex())).toList(),
        model.tokenPolicy().entrySet().stream().map(rule -> rule.getKey() + ": " + rule.getValue())
            .collect(Collectors.joining("; ")));
  }

  private static List<SampleRollout> samples(List<Rollout> rollouts) {
    List<SampleRollout> samples = new ArrayList<>();
    ProbeStep.byDataset(rollouts).forEach((dataset, own) -> {
      for (double reward : new double[]{1, 0}) {
        own.stream().filter(rollout -> rollout.reward() == reward).limit(SAMPLES_OF_EACH)
            .map(rollout -> new SampleRollout(dataset, rollout.problem().id(), rollout.problem().prompt(),
                rollout.completion(), reward, null))
            .forEach(samples::add);
      }
    });
    return samples;
  }
}
