package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.MatchedSets;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationSettings.Layers;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.neurons.NeuronSelection;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.run.RunFolder;
import picocli.CommandLine.Option;

/// What is ablated, how, and with which controls.
public final class InterventionOptions implements SettingOptions<AblationSettings> {
  @Option(names = "--paper", paramLabel = "v1|v2", description = "As written in arXiv 2602.00986: value@1%% set to zero, by generation, in each of blocks 2 to 5, with v2 beside the sets of `striatum baselines`; the other options change that.")
  private String paper;

  @Option(names = "--generated-at", paramLabel = "BLOCK", split = ",", description = "Blocks, counted from 0, where sets are measured by generation too (default none).")
  private List<Integer> generatedAt;

  @Option(names = "--set", paramLabel = "NAME", split = ",", description = "Neuron sets, comma-separated or repeated: value@1%%, value@top20, dopamine@1%%, dopamine@top20, dopamine@significant; after `striatum baselines` also wanda@1%%, next-token@1%%, terminal-only@1%%; each on one task with :TASK behind it (default value@1%%, and dopamine@1%% if that study was run).")
  private List<String> sets = new ArrayList<>();

  @Option(names = "--neurons", paramLabel = "FILE", description = "A file of neurons, one per line, in addition to --set or instead of it.")
  private List<Path> neurons = new ArrayList<>();

  @Option(names = "--task", paramLabel = "TASK", description = "All sets on this task only, files of neurons too; as :TASK behind each name (default: every task, the primary intervention on the one whose accuracy is nearest to one half).")
  private String task;

  @Option(names = "--name", paramLabel = "NAME", description = "Name of the results; a run can have several (default: the names of the sets).")
  private String name;

  @Option(names = "--kind", paramLabel = "KIND", split = ",", description = "zero, mean, resample, steer; of a direction project-out, add. The first is used for all results, the others are compared with it at one hook point (default zero,mean,resample).")
  private List<String> kinds;

  @Option(names = "--alpha", paramLabel = "A", split = ",", description = "Steering strengths in standard deviations towards success, for the steering curve; --kind steer takes the first (default −4,−2,−1,1,2,4).")
  private List<Double> alphas;

  @Option(names = "--positions", paramLabel = "WHERE", description = "all (default), generated, prompt or all-but-first.")
  private String positions;

  @Option(names = "--layers", paramLabel = "WHICH", split = ",", description = "Layers to change when log-probability is measured: primary, each, all (together) (default each,all).")
  private List<String> layers;

  @Option(names = "--doses", paramLabel = "PERCENT", split = ",", description = "Shares of the ranking in the dose curve, in per cent (default 0.1,0.2,0.5,1,2,5,10,20).")
  private List<Double> doses;

  @Option(names = "--controls", paramLabel = "N", description = "Random and RMS-matched sets, of each kind, of a primary intervention (default 99).")
  private Integer controls;

  @Option(names = "--logprob-controls", paramLabel = "N", description = "The same of all others, at most: measuring ends earlier where it is plain that the set does no more than they do (default 999).")
  private Integer logProbabilityControls;

  @Option(names = "--attempts", paramLabel = "N", description = "Maximum number of test problems that every arm completes (default 200).")
  private Integer attempts;

  @Option(names = "--solutions", paramLabel = "N", description = "Maximum number of test problems per dataset whose solutions every arm scores (default 100).")
  private Integer solutions;

  @Option(names = "--effect", paramLabel = "POINTS", description = "The drop, in points of accuracy or in per cent of a solution's probability, that must be found four times in five before the answer is no (default 10).")
  private Double effect;

  @Override
  public AblationSettings over(AblationSettings base) throws IOException {
    name(); // refused before any work
    requireControls("--controls", controls);
    requireControls("--logprob-controls", logProbabilityControls);
    requireEffect();
    return changed(paper == null ? base : Paper.named(paper).over(base));
  }

  private AblationSettings changed(AblationSettings base) throws IOException {
    return base.withSets(sets(base))
        .withKinds(kinds == null ? base.kinds() : kinds.stream().map(AblationKind::named).toList())
        .withPositions(positions == null ? base.positions() : PositionMask.parse(positions))
        .withLayers(layers == null ? base.layers() : where()).withMeasures(this::measures).withCurves(this::curves);
  }

  private static void requireControls(String option, Integer sets) {
    if (sets != null && sets < MatchedSets.LEAST) {
      throw new UsageException(option + " must be at least " + MatchedSets.LEAST + ", found " + sets);
    }
  }

  private void requireEffect() {
    if (effect != null && !(effect > 0 && effect < 100)) {
      throw new UsageException("--effect must be above 0 and below 100, found " + effect);
    }
  }

  private AblationSettings.Measures measures(AblationSettings.Measures base) {
    return base.withAttempts(Given.or(attempts, base.attempts())).withControls(Given.or(controls, base.controls()))
        .withSolutions(Given.or(solutions, base.solutions()))
        .withLogProbabilityControls(Given.or(logProbabilityControls, base.logProbabilityControls()))
        .withEffect(effect == null ? base.effect() : effect / 100)
        .withBlocks(Given.or(generatedAt, base.beside().blocks()));
  }

  private AblationSettings.Curves curves(AblationSettings.Curves base) {
    return base.withAlphas(Given.or(alphas, base.alphas()))
        .withDoses(doses == null ? base.doses() : doses.stream().map(percent -> percent / 100).toList())
        .withControls(Math.min(base.controls(), Given.or(logProbabilityControls, base.controls())));
  }

  /// The name of the results, if one was given.
  ///
  /// @throws UsageException if no file can have it
  public Optional<String> name() {
    try {
      Optional.ofNullable(name).ifPresent(given -> RunFolder.step(AblationStep.STUDY, given));
    } catch (UsageException refused) {
      throw new UsageException("--name: " + refused.getMessage(), refused);
    }
    return Optional.ofNullable(name);
  }

  /// Whether sets were given, by name or in a file.
  public boolean namesSets() {
    return !sets.isEmpty() || !neurons.isEmpty();
  }

  private List<NeuronSelection> sets(AblationSettings base) throws IOException {
    List<NeuronSelection> everywhere = everywhere(base);
    return task == null
        ? everywhere
        : everywhere.stream().<NeuronSelection>map(set -> new NeuronSelection.OnTask(set, task)).toList();
  }

  private List<NeuronSelection> everywhere(AblationSettings base) throws IOException {
    if (!namesSets()) {
      return base.sets();
    }
    List<NeuronSelection> chosen = new ArrayList<>(
        sets.isEmpty() ? List.of() : NeuronSelection.list(String.join(",", sets)));
    for (Path file : neurons) {
      chosen.add(NeuronSelection.Listed.read(file));
    }
    return chosen;
  }

  private Set<Layers> where() {
    return EnumSet.copyOf(layers.stream().map(Layers::named).toList());
  }
}
