package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.striatum.probe.model.PositionMask;
import org.striatum.studies.intervention.AblationSettings.Layers;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.neurons.NeuronSet;
import picocli.CommandLine.Option;

/// What is ablated, how, and beside what.
public final class InterventionOptions {
  @Option(names = "--set", paramLabel = "NAME", split = ",", description = "Neuron sets, comma-separated or repeated: value@1%%, value@top20, dopamine@1%%, dopamine@top20, dopamine@called (default value@1%%, and dopamine@1%% where that study was made).")
  private List<String> sets = new ArrayList<>();

  @Option(names = "--neurons", paramLabel = "FILE", description = "A file of neurons, one a line, beside or instead of --set.")
  private List<Path> neurons = new ArrayList<>();

  @Option(names = "--kind", paramLabel = "KIND", split = ",", defaultValue = "zero,mean,resample", description = "zero, mean, resample, steer; the first is the study's, the others are compared with it at one hook point (default zero,mean,resample).")
  private List<String> kinds;

  @Option(names = "--alpha", paramLabel = "A", split = ",", description = "Steering strengths in standard deviations towards success, for the steering curve; --kind steer takes the first (default −4,−2,−1,1,2,4).")
  private List<Double> alphas;

  @Option(names = "--positions", paramLabel = "WHERE", defaultValue = "all", description = "all (default), generated, prompt or all-but-first.")
  private String positions;

  @Option(names = "--layers", paramLabel = "WHICH", split = ",", defaultValue = "each,all", description = "Where log-probability is measured: primary, each, all (at once) (default each,all).")
  private List<String> layers;

  @Option(names = "--doses", paramLabel = "PERCENT", split = ",", description = "Shares of the ranking in the dose curve, in per cent (default 0.1,0.2,0.5,1,2,5,10,20).")
  private List<Double> doses;

  @Option(names = "--controls", paramLabel = "N", defaultValue = "99", description = "Random and RMS-matched sets by generation, of each kind (default 99).")
  private int controls;

  @Option(names = "--logprob-controls", paramLabel = "N", defaultValue = "199", description = "The same by log-probability (default 199).")
  private int logProbabilityControls;

  @Option(names = "--attempts", paramLabel = "N", defaultValue = "200", description = "Test problems completed and graded in every arm, at most (default 200).")
  private int attempts;

  @Option(names = "--solutions", paramLabel = "N", defaultValue = "100", description = "Test problems of each dataset whose solutions are scored in every arm, at most (default 100).")
  private int solutions;

  /// The settings these options name.
  ///
  /// @param dopamine whether the run looked for dopamine neurons: by default they are ablated as well
  public AblationSettings settings(boolean dopamine, long seed) throws IOException {
    List<NeuronSet> chosen = new ArrayList<>();
    if (!sets.isEmpty()) {
      chosen.addAll(NeuronSet.list(String.join(",", sets)));
    } else if (neurons.isEmpty()) {
      chosen.addAll(NeuronSet.list(dopamine ? "value@1%,dopamine@1%" : "value@1%"));
    }
    for (Path file : neurons) {
      chosen.add(NeuronSet.Listed.read(file));
    }
    return new AblationSettings(chosen, kinds, alphas == null ? AblationSettings.ALPHAS : alphas,
        PositionMask.parse(positions), where(), doses == null
            ? AblationSettings.DOSES
            : doses.stream().map(percent -> percent / 100).toList(),
        controls, logProbabilityControls, Math.min(99, logProbabilityControls), attempts, solutions,
        AblationSettings.DONORS, seed);
  }

  private Set<Layers> where() {
    Set<Layers> chosen = EnumSet.noneOf(Layers.class);
    for (String name : layers) {
      chosen.add(Arrays.stream(Layers.values()).filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
          .findFirst().orElseThrow(
              () -> new IllegalArgumentException("--layers must be primary, each or all, found '" + name + "'")));
    }
    return chosen;
  }
}
