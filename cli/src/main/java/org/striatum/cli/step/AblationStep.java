package org.striatum.cli.step;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.intervention.Ablation;
import org.striatum.probe.intervention.CoordinateScales;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionStudy;
import org.striatum.probe.intervention.InterventionStudy.Attempt;
import org.striatum.probe.intervention.InterventionStudy.Generation;
import org.striatum.probe.intervention.InterventionStudy.Plan;
import org.striatum.probe.intervention.InterventionStudy.ScoredText;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.intervention.Sinks;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;

/// Ablates a neuron set on test problems: one layer by generation, every layer of every dataset by log-probability of
/// the reference solution. `results/interventions.json`.
///
/// The primary intervention is fixed before anything is ablated: the dataset whose accuracy is nearest to one half (most
/// to lose), the layer whose TD probe foretells best on validation problems, this one set.
///
/// @param set which neurons
/// @param probe the step that found them, for its split
/// @param controls random and RMS-matched sets, of each kind
/// @param positions where neurons are ablated
/// @param attempts test problems whose completions are graded in every arm, at most
/// @param solutions test problems of each dataset whose reference solutions are scored in every arm, at most
/// @param seed of control sets and bootstraps
public record AblationStep(NeuronSet set, ProbeStep probe, int controls, PositionMask positions, int attempts,
    int solutions, long seed) {
  static final String NAME = "interventions";
  private static final String RANKED_BY = "td";

  public AblationStep {
    if (controls < MatchedSets.LEAST) {
      throw new IllegalArgumentException("an intervention needs at least " + MatchedSets.LEAST
          + " control sets of each kind, found " + controls);
    }
    if (attempts < 2 || solutions < 2) {
      throw new IllegalArgumentException(
          "an intervention needs at least 2 problems, found " + attempts + " to attempt and " + solutions
              + " to score");
    }
  }

  private record Key(NeuronSet set, int controls, PositionMask positions, int attempts, int solutions, long seed) {}

  /// Which intervention was named first.
  public record Primary(String dataset, HookPoint hook) {
    /// @throws IllegalArgumentException if no layer could be studied or the set has no neuron there
    static Primary of(ValueNeuronResults values, NeuronSet set) {
      if (set instanceof NeuronSet.Listed listed) {
        listed.requireStudied(values.layers());
      }
      List<LayerProbes> able = values.layers().stream().filter(layer -> !set.at(layer).isEmpty()).toList();
      Map<String, DatasetSummary> summaries = values.datasets().stream()
          .collect(Collectors.toMap(DatasetSummary::dataset, summary -> summary));
      String dataset = able.stream().map(LayerProbes::dataset).distinct()
          .min(Comparator.comparingDouble(name -> Math.abs(summaries.get(name).accuracy().value() - 0.5)))
          .orElseThrow(() -> new IllegalArgumentException(
              set.name() + " has no neuron at any studied hook point: see the notes of `striatum probe`"));
      return new Primary(dataset, able.stream().filter(layer -> layer.dataset().equals(dataset))
          .max(Comparator.comparingDouble(Primary::validation)).orElseThrow().hook());
    }

    private static double validation(LayerProbes layer) {
      return layer.probes().stream().filter(probe -> probe.probe().equals(RANKED_BY)).findFirst().orElseThrow()
          .validation();
    }
  }

  /// Runs the step unless it is finished.
  ///
  /// @param graders dataset → what checks its answers
  public InterventionResults run(StudyRun run, HookedModel model, ValueNeuronResults values,
      Function<String, Grader> graders, int batchSize, Progress progress) throws IOException {
    Sha256 key = run.key(new Key(set, controls, positions, attempts, solutions, seed), RolloutStep.NAME,
        CaptureStep.NAME,
        ProbeStep.NAME);
    var results = run.folder().results(NAME);
    run.step(NAME, key, List.of(results),
        () -> RecordJson.write(results, study(run, model, values, graders, batchSize, progress)));
    return RecordJson.read(results, InterventionResults.class);
  }

  private InterventionResults study(StudyRun run, HookedModel model, ValueNeuronResults values,
      Function<String, Grader> graders, int batchSize, Progress progress) throws IOException {
    InterventionStudy study = new InterventionStudy(model.model(), progress);
    Primary primary = Primary.of(values, set);
    run.note().accept("primary intervention, named before any: %s on %s at %s, by generation".formatted(set.name(),
        primary.dataset(), primary.hook()));
    List<Rollout> rollouts = run.rollouts();
    Map<String, List<Rollout>> tested = tested(rollouts);
    List<Intervention> interventions = new ArrayList<>();
    try (ActivationStore store = ActivationStore.open(run.folder().activations())) {
      for (LayerProbes layer : values.layers()) {
        if (set.at(layer).isEmpty()) {
          continue;
        }
        SplittableRandom random = new SplittableRandom(seed ^ (layer.dataset() + layer.hook()).hashCode());
        CoordinateScales scales = scales(store, rollouts, layer);
        MatchedSets sets = MatchedSets.draw(scales.rms(), set.at(layer), Sinks.detect(scales.greatest()).coordinates(),
            controls, MatchedSets.DEFAULT_TOLERANCE, random);
        List<Rollout> items = tested.get(layer.dataset());
        if (layer.dataset().equals(primary.dataset()) && layer.hook().equals(primary.hook())) {
          interventions
              .add(study.accuracy(plan(layer, true), attempts(items.stream().limit(attempts).toList()),
                  generation(run, model, graders.apply(layer.dataset()), batchSize), sets,
                  random));
        }
        interventions.add(study.logProbability(plan(layer, false),
            solutions(model, items.stream().limit(solutions).toList()), sets, random));
      }
    }
    return InterventionResults.of(interventions);
  }

  private Plan plan(LayerProbes layer, boolean primary) {
    return new Plan(primary, layer.dataset(), layer.hook(), set.name(), set.at(layer), Ablation.ZERO, positions);
  }

  /// One rollout of each test problem, in the file's order: problems that no neuron was found on.
  private Map<String, List<Rollout>> tested(List<Rollout> rollouts) {
    Map<String, List<Rollout>> tested = new LinkedHashMap<>();
    ProbeStep.byDataset(rollouts).forEach((dataset, own) -> {
      Split split = probe.split(own);
      Map<String, Rollout> first = new LinkedHashMap<>();
      own.stream().filter(rollout -> split.of(rollout.problem().id()) == Split.Fold.TEST)
          .forEach(rollout -> first.putIfAbsent(rollout.problem().id(), rollout));
      tested.put(dataset, List.copyOf(first.values()));
    });
    return tested;
  }

  /// The base arm draws the run's own rollouts again: same prompts, same seeds.
  private static List<Attempt> attempts(List<Rollout> rollouts) {
    return rollouts.stream()
        .map(rollout -> new Attempt(rollout.problem(), rollout.sample(), rollout.prompt(), rollout.seed())).toList();
  }

  private static Generation generation(StudyRun run, HookedModel model, Grader grader, int batchSize)
      throws CheckpointException {
    return new Generation(run.folder().manifest().inputs().sampling(), model.tokenizer()::decode, grader,
        batchSize);
  }

  private static List<ScoredText> solutions(HookedModel model, List<Rollout> rollouts) throws CheckpointException {
    List<ScoredText> texts = new ArrayList<>();
    for (Rollout rollout : rollouts) {
      Problem problem = rollout.problem();
      texts.add(new ScoredText(problem.id(), model.sequence(problem.prompt(), problem.solution())));
    }
    return texts;
  }

  private static CoordinateScales scales(ActivationStore store, List<Rollout> rollouts, LayerProbes layer) {
    int width = store.width(layer.hook());
    CoordinateScales.Tally tally = new CoordinateScales.Tally(width);
    for (int i = 0; i < rollouts.size(); i++) {
      if (rollouts.get(i).problem().dataset().equals(layer.dataset())) {
        float[] rows = new float[store.length(i) * width];
        store.rows(layer.hook(), store.firstRow(i), store.length(i), rows, 0);
        tally.add(rows, store.length(i), 0);
      }
    }
    return tally.scales();
  }
}
