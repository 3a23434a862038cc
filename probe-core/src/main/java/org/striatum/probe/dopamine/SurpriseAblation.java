package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.ResponseArms.Named;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.dopamine.SurpriseResponse.TracedToken;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.Trajectories;

/// Runs surprising test rollouts again, token by token as they are, with coordinates below some neurons set to zero, and reads
/// what the neurons do then. (arXiv 2602.00986v1, §5: traces under ablation of value neurons; the matched sets are ours.)
///
/// @param model that ran the rollouts
/// @param settings what a surprise is, and the window of the traces
/// @param effect the share of a response at whose loss a *no* must have been a likely *yes*, in (0, 1]
/// @param progress of long work
public record SurpriseAblation(GatedModel model, DopamineSettings settings, double effect, Progress progress) {
  private static final int LEAST = 3; // surprises of a kind
  private static final int TOGETHER = 64;

  public SurpriseAblation {
    if (!(effect > 0 && effect <= 1)) {
      throw new IllegalArgumentException("a declared loss must be a share of the response in (0, 1], found " + effect);
    }
  }

  /// What the neurons do in one arm.
  ///
  /// @param responses of each surprising step
  /// @param traces surprise → offset; NaN where a rollout does not reach
  private record Arm(double[] responses, double[][] traces) {}

  /// One set of neurons, one ablation.
  ///
  /// @param sequences tokens of each rollout of the dataset
  /// @param neurons read at a hook point above the ablated one
  /// @param ablated set to zero at every position
  /// @param controls each as large
  /// @throws NotEnoughData if there are too few surprises of a kind among the test rollouts
  /// @throws IllegalArgumentException if the neurons are not above what is ablated
  public SurpriseResponse run(StudiedDataset studied, List<TokenSequence> sequences, Read neurons, Read ablated,
      List<List<Integer>> controls, RandomGenerator random) {
    if (neurons.hook().compareTo(ablated.hook()) <= 0) {
      throw new IllegalArgumentException("what is ablated must lie below the neurons that are read, found "
          + ablated.hook() + " and " + neurons.hook());
    }
    Trajectories states = studied.states().get(neurons.hook());
    PooledSteps pooled = PooledSteps.read(states, studied.valued(settings.errors().gamma()), StepPooling.MEAN);
    Surprises surprises = Surprises.among(pooled.steps().stream().filter(step -> step.fold() == Fold.TEST).toList(),
        states, settings);
    List<ValuedStep> successes = surprises.of(Surprise.SUCCESS);
    List<ValuedStep> failures = surprises.of(Surprise.FAILURE);
    NotEnoughData.require("a response to surprises", "unexpected successes among test rollouts", successes.size(),
        LEAST);
    NotEnoughData.require("a response to surprises", "unexpected failures among test rollouts", failures.size(), LEAST);
    List<ValuedStep> steps = Stream.concat(successes.stream(), failures.stream()).toList();
    Reader reader = new Reader(sequences, steps, neurons, pooled.training(), signs(pooled, neurons), states);
    int width = model.width(ablated.hook());
    try (Progress.Task task = progress.start("responses to surprises", 2L + controls.size(), "arm")) {
      Arm base = reader.read(Gates.none());
      task.step(1);
      Arm left = reader.read(Gates.of(ablated.hook(), Gate.zeroing(width, ablated.coordinates())));
      task.step(1);
      String[] problems = ValuedStep.problems(steps);
      List<double[]> others = new ArrayList<>();
      for (List<Integer> control : controls) {
        others.add(reader.read(Gates.of(ablated.hook(), Gate.zeroing(width, control))).responses());
        task.step(1);
      }
      return new ResponseArms(problems, successes.size(), base.responses(), left.responses(), others)
          .response(new Named(studied.name(), neurons, ablated), effect, settings.resamples(), random,
              traced(base, left, steps, successes.size()));
    }
  }

  /// The sign of each neuron's covariance with δ over training steps.
  private static int[] signs(PooledSteps pooled, Read neurons) {
    int[] train = IntStream.range(0, pooled.steps().size())
        .filter(row -> pooled.steps().get(row).fold() == Fold.TRAIN).toArray();
    double mean = Arrays.stream(train).mapToDouble(row -> pooled.steps().get(row).delta()).average().orElse(0);
    return neurons.coordinates().stream().mapToInt(j -> {
      double[] z = pooled.coordinate(j, train);
      double sum = 0;
      for (int i = 0; i < train.length; i++) {
        sum += z[i] * (pooled.steps().get(train[i]).delta() - mean);
      }
      return sum < 0 ? -1 : 1;
    }).toArray();
  }

  private List<TracedToken> traced(Arm base, Arm left, List<ValuedStep> steps, int successes) {
    List<TracedToken> tokens = new ArrayList<>();
    for (Surprise surprise : Surprise.values()) {
      int from = surprise == Surprise.SUCCESS ? 0 : successes;
      int to = surprise == Surprise.SUCCESS ? successes : steps.size();
      for (int o = 0; o < offsets(); o++) {
        int column = o;
        int[] there = IntStream.range(from, to).filter(i -> !Double.isNaN(base.traces()[i][column])).toArray();
        if (there.length > 0) {
          tokens.add(new TracedToken(surprise, o - settings.traces().window(), there.length,
              Arrays.stream(there).mapToDouble(i -> base.traces()[i][column]).average().orElseThrow(),
              Arrays.stream(there).mapToDouble(i -> left.traces()[i][column]).average().orElseThrow()));
        }
      }
    }
    return tokens;
  }

  private int offsets() {
    return 2 * settings.traces().window() + 1;
  }

  /// Reads the neurons at the surprising steps, arm by arm.
  private final class Reader {
    private final Map<Integer, Integer> places = new LinkedHashMap<>(); // rollout → its place among those that are run
    private final List<TokenSequence> run = new ArrayList<>();
    private final List<ValuedStep> steps;
    private final Read neurons;
    private final Standardisation scale;
    private final int[] signs;
    private final Trajectories states;

    Reader(List<TokenSequence> sequences, List<ValuedStep> steps, Read neurons, Standardisation scale, int[] signs,
        Trajectories states) {
      this.steps = steps;
      this.neurons = neurons;
      this.scale = scale;
      this.signs = signs;
      this.states = states;
      for (ValuedStep step : steps) {
        places.computeIfAbsent(step.rollout(), rollout -> {
          run.add(sequences.get(rollout));
          return run.size() - 1;
        });
      }
    }

    Arm read(Gates gates) {
      double[][] activations = new double[run.size()][]; // rollout → mean signed z at each of its states
      HookPoint hook = neurons.hook();
      int width = model.width(hook);
      for (int from = 0; from < run.size(); from += TOGETHER) {
        List<TokenSequence> some = run.subList(from, Math.min(run.size(), from + TOGETHER));
        Recording recording = model.record(some, Set.of(hook), gates);
        float[] rows = recording.at(hook);
        for (int k = 0; k < some.size(); k++) {
          int first = recording.rowOf()[k];
          activations[from + k] = IntStream.range(first, recording.rowOf()[k + 1])
              .mapToDouble(row -> activation(rows, row * width)).toArray();
        }
      }
      double[] responses = new double[steps.size()];
      double[][] traces = new double[steps.size()][offsets()];
      for (int i = 0; i < steps.size(); i++) {
        ValuedStep step = steps.get(i);
        double[] own = activations[places.get(step.rollout())];
        int before = states.promptLength(step.rollout()) - 1; // tokens in front of state 0
        responses[i] = Arrays.stream(own, before + step.span().first(), before + step.span().last() + 1).average()
            .orElseThrow();
        for (int o = 0; o < traces[i].length; o++) {
          int state = step.span().first() + o - settings.traces().window();
          traces[i][o] = state < 0 || before + state >= own.length ? Double.NaN : own[before + state];
        }
      }
      return new Arm(responses, traces);
    }

    private double activation(float[] rows, int at) {
      double sum = 0;
      for (int c = 0; c < signs.length; c++) {
        int j = neurons.coordinates().get(c);
        sum += signs[c] * scale.z(j, rows[at + j]);
      }
      return sum / signs.length;
    }
  }
}
