package org.striatum.probe.activity;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.stats.FiniteValues;
import org.striatum.probe.stats.RunningMoments;
import org.striatum.probe.store.ActivationStore;

/// Where a neuron is high and where it is low, over all stored tokens of one dataset. Position 0 (an attention sink in most
/// models) and states with NaN or ∞ are left out; a prompt that several rollouts share is read once.
///
/// @param spread of its activations
/// @param highest one per problem, the highest first
/// @param lowest one per problem, the lowest first
public record NeuronActivity(NeuronId neuron, Spread spread, List<ActiveToken> highest, List<ActiveToken> lowest) {
  public NeuronActivity {
    highest = List.copyOf(highest);
    lowest = List.copyOf(lowest);
  }

  /// Activations of one neuron.
  ///
  /// @param tokens that were read
  /// @param above what counts as high: mean + `deviations` · σ
  /// @param below what counts as low: mean − `deviations` · σ
  /// @param density share of tokens with an activation > above
  /// @param lowDensity share of tokens with an activation < below
  public record Spread(long tokens, double mean, double deviation, double above, double below, double density,
      double lowDensity) {}

  /// A token at which a neuron stands high or low.
  ///
  /// @param line of the rollout in its file, from 0
  /// @param position in its tokens
  public record ActiveToken(int line, int position, float activation) {}

  /// The activity of neurons of one hook point, and the mean of all its states.
  ///
  /// @param means (d)
  /// @param excluded states left out for NaN or ∞
  public record LayerActivity(List<NeuronActivity> neurons, float[] means, long excluded) {
    public LayerActivity {
      neurons = List.copyOf(neurons);
      means = means.clone();
    }
  }

  /// Reads all states of a dataset at a hook point, twice.
  ///
  /// @param rollouts of the whole store, in its order
  /// @param examples how many tokens of each kind
  /// @param deviations from the mean to where high and low begin, > 0
  /// @return no neuron where no state is finite
  public static LayerActivity read(ActivationStore store, List<Rollout> rollouts, String dataset, HookPoint hook,
      List<Integer> coordinates, int examples, double deviations) {
    int width = store.width(hook);
    RunningMoments moments = new RunningMoments(width);
    long excluded = each(store, rollouts, dataset, hook, (_, _, rows, offset) -> moments.add(rows, offset));
    if (moments.rows() == 0) {
      return new LayerActivity(List.of(), new float[width], excluded);
    }
    List<Tally> tallies = coordinates.stream()
        .map(j -> new Tally(j, moments.means()[j], moments.deviations()[j], examples, deviations)).toList();
    each(store, rollouts, dataset, hook,
        (line, t, rows, offset) -> tallies.forEach(tally -> tally.add(line, t, rows[offset + tally.coordinate])));
    float[] means = new float[width];
    for (int j = 0; j < width; j++) {
      means[j] = (float) moments.means()[j];
    }
    return new LayerActivity(
        tallies.stream().map(tally -> tally.activity(hook, moments.rows(), rollouts)).toList(), means, excluded);
  }

  /// Takes one state.
  private interface State {
    void read(int line, int t, float[] rows, int offset);
  }

  /// Returns how many states were left out.
  private static long each(ActivationStore store, List<Rollout> rollouts, String dataset, HookPoint hook,
      State state) {
    int width = store.width(hook);
    Set<String> prompts = new HashSet<>();
    long excluded = 0;
    for (int i = 0; i < rollouts.size(); i++) {
      Rollout rollout = rollouts.get(i);
      if (!rollout.problem().dataset().equals(dataset)) {
        continue;
      }
      float[] rows = new float[store.length(i) * width];
      store.rows(hook, store.firstRow(i), store.length(i), rows, 0);
      int from = prompts.add(rollout.problem().id()) ? 1 : Math.max(1, rollout.promptLength());
      for (int t = from; t < store.length(i); t++) {
        if (FiniteValues.only(rows, t * width, width)) {
          state.read(i, t, rows, t * width);
        } else {
          excluded++;
        }
      }
    }
    return excluded;
  }

  /// One neuron as its states go by: of each rollout the highest and the lowest, of which there are few.
  private static final class Tally {
    private final int coordinate;
    private final double mean;
    private final double deviation;
    private final int examples;
    private final double above;
    private final double below;
    private final Map<Integer, ActiveToken> highest = new HashMap<>(); // by line
    private final Map<Integer, ActiveToken> lowest = new HashMap<>(); // by line
    private long high;
    private long low;

    Tally(int coordinate, double mean, double deviation, int examples, double deviations) {
      this.coordinate = coordinate;
      this.mean = mean;
      this.deviation = deviation;
      this.examples = examples;
      this.above = mean + deviations * deviation;
      this.below = mean - deviations * deviation;
    }

    void add(int line, int t, float activation) {
      high += activation > above ? 1 : 0;
      low += activation < below ? 1 : 0;
      ActiveToken top = highest.get(line);
      if (top == null || activation > top.activation()) {
        highest.put(line, new ActiveToken(line, t, activation));
      }
      ActiveToken bottom = lowest.get(line);
      if (bottom == null || activation < bottom.activation()) {
        lowest.put(line, new ActiveToken(line, t, activation));
      }
    }

    NeuronActivity activity(HookPoint hook, long tokens, List<Rollout> rollouts) {
      Comparator<ActiveToken> byActivation = Comparator.comparingDouble(ActiveToken::activation);
      return new NeuronActivity(new NeuronId(hook, coordinate),
          new Spread(tokens, mean, deviation, above, below, (double) high / tokens, (double) low / tokens),
          onePerProblem(highest, byActivation.reversed(), rollouts), onePerProblem(lowest, byActivation, rollouts));
    }

    private List<ActiveToken> onePerProblem(Map<Integer, ActiveToken> byLine, Comparator<ActiveToken> best,
        List<Rollout> rollouts) {
      List<ActiveToken> chosen = new ArrayList<>();
      Set<String> problems = new HashSet<>();
      for (ActiveToken token : byLine.values().stream().sorted(best.thenComparing(ActiveToken::line)).toList()) {
        if (chosen.size() < examples && problems.add(rollouts.get(token.line()).problem().id())) {
          chosen.add(token);
        }
      }
      return chosen;
    }
  }
}
