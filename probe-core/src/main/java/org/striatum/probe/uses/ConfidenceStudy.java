package org.striatum.probe.uses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.sparse.PlattScaling;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Calibration;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.RiskCoverage;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults.Known;
import org.striatum.probe.uses.ConfidenceResults.Signal;
import org.striatum.probe.value.Trajectories;

/// Compares value as a confidence with cheaper and dearer signals. Probes are fitted on training problems, signals are
/// calibrated on validation problems, figures are of test problems.
///
/// @param answer the answer that a completion gives to a problem, if any; null where the completions have no text
/// @param resamples of every interval
/// @param seed of every interval
public record ConfidenceStudy(BiFunction<Problem, String, Optional<String>> answer, int resamples, long seed) {
  static final String VALUE = "V(s₀)";
  static final String VALUE_AT_END = "V at the last token";
  static final String LOG_PROBABILITY = "log-probability";
  static final String PER_TOKEN = "log-probability per token";
  static final String SELF_CONSISTENCY = "self-consistency";
  static final String PROMPT_LENGTH = "prompt length";

  /// A dataset's rollouts and their states at the hook point that validation chose.
  ///
  /// @param rollouts those of `states`, in the same order
  /// @param value the linear probe of s₀ that was reported
  public record StudiedDataset(String name, HookPoint hook, List<Rollout> rollouts, Trajectories states, Split split,
      LinearPredictor value) {
    public StudiedDataset {
      rollouts = List.copyOf(rollouts);
      if (rollouts.size() != states.size()) {
        throw new IllegalArgumentException("confidence needs one trajectory a rollout, found " + states.size() + " of "
            + rollouts.size());
      }
    }
  }

  /// First and last states of rollouts where both are finite: (members, width).
  private record Ends(int width, int[] members, float[] first, float[] last) {
    static Ends of(Trajectories states) {
      int d = states.width();
      float[] first = new float[Math.multiplyExact(states.size(), d)];
      float[] last = new float[first.length];
      int[] members = new int[states.size()];
      int kept = 0;
      for (int i = 0; i < states.size(); i++) {
        int length = states.length(i);
        float[] rows = new float[length * d];
        states.states(i, rows, 0);
        boolean finite = IntStream.concat(IntStream.range(0, d), IntStream.range((length - 1) * d, length * d))
            .allMatch(k -> Float.isFinite(rows[k]));
        if (finite) {
          System.arraycopy(rows, 0, first, kept * d, d);
          System.arraycopy(rows, (length - 1) * d, last, kept * d, d);
          members[kept++] = i;
        }
      }
      return new Ends(d, Arrays.copyOf(members, kept), Arrays.copyOf(first, kept * d), Arrays.copyOf(last, kept * d));
    }
  }

  /// Compares every signal on one dataset. What the data do not allow is noted, never thrown: no signals where training
  /// or test rollouts have one outcome only.
  public DatasetConfidence study(StudiedDataset dataset) {
    Ends ends = Ends.of(dataset.states());
    List<Rollout> kept = Arrays.stream(ends.members()).mapToObj(dataset.rollouts()::get).toList();
    Fold[] folds = kept.stream().map(rollout -> dataset.split().of(rollout.problem().id())).toArray(Fold[]::new);
    int[] train = in(folds, Fold.TRAIN);
    int[] validation = in(folds, Fold.VALIDATION);
    int[] test = in(folds, Fold.TEST);
    boolean[] right = new boolean[kept.size()];
    IntStream.range(0, right.length).forEach(i -> right[i] = kept.get(i).reward() > 0.5);
    int excluded = dataset.rollouts().size() - kept.size();
    String[] problems = Arrays.stream(test).mapToObj(i -> kept.get(i).problem().id()).toArray(String[]::new);
    Map<String, List<Rollout>> byProblem = kept.stream()
        .collect(Collectors.groupingBy(rollout -> rollout.problem().id(), LinkedHashMap::new, Collectors.toList()));
    int samples = byProblem.values().stream().mapToInt(List::size).max().orElse(0);
    RandomGenerator random = new RandomStreams(seed).of(dataset.name());
    List<String> notes = new ArrayList<>();
    String obstacle = oneClass(right, train, "training").or(() -> oneClass(right, test, "test")).orElse(null);
    if (obstacle != null) {
      notes.add(obstacle);
      return new DatasetConfidence(dataset.name(), dataset.hook(), (int) Arrays.stream(problems).distinct().count(),
          test.length, samples, test.length == 0
              ? Estimate.exact(Double.NaN)
              : Bootstrap.meanByProblem(problems, rewards(right, test), random),
          excluded, List.of(), notes);
    }
    oneClass(right, validation, "validation").ifPresent(why -> notes.add("not calibrated: " + why));

    Map<String, double[]> scores = new LinkedHashMap<>();
    scores.put(VALUE, dataset.value().scores(ends.first(), right.length));
    scores.put(PROMPT_LENGTH, promptLength(kept, right, train));
    if (kept.stream().allMatch(rollout -> Double.isFinite(rollout.logProbability()))) {
      scores.put(LOG_PROBABILITY, each(kept, Rollout::logProbability));
      scores.put(PER_TOKEN, each(kept, ConfidenceStudy::perToken));
    } else {
      notes.add("log-probability left out: whoever wrote these completions did not say it");
    }
    scores.put(VALUE_AT_END, probe(ends.last(), ends.width(), right, train));
    if (answer == null) {
      notes.add("self-consistency left out: these rollouts have no texts");
    } else if (byProblem.values().stream().allMatch(own -> own.size() >= 2)) {
      scores.put(SELF_CONSISTENCY, each(kept, rollout -> agreement(rollout, byProblem)));
    } else {
      notes.add("self-consistency left out: it needs at least 2 rollouts of every problem");
    }
    List<Signal> signals = new ArrayList<>();
    double[] value = of(scores.get(VALUE), test);
    boolean[] outcomes = of(right, test);
    scores.forEach((name, all) -> signals
        .add(signal(name, all, value, problems, outcomes, right, validation, test, random)));
    return new DatasetConfidence(dataset.name(), dataset.hook(), (int) Arrays.stream(problems).distinct().count(),
        test.length, samples, Bootstrap.meanByProblem(problems, rewards(right, test), random), excluded, signals,
        notes);
  }

  private Signal signal(String name, double[] all, double[] value, String[] problems, boolean[] outcomes,
      boolean[] right, int[] validation, int[] test, RandomGenerator random) {
    double[] scores = of(all, test);
    Estimate auroc = Bootstrap.byProblem(problems, Auroc.over(scores, outcomes), resamples, random);
    ToDoubleFunction<int[]> ofValue = Auroc.over(value, outcomes);
    ToDoubleFunction<int[]> ofThis = Auroc.over(scores, outcomes);
    Estimate ahead = name.equals(VALUE)
        ? Estimate.exact(Double.NaN)
        : Bootstrap.byProblem(problems, items -> ofValue.applyAsDouble(items) - ofThis.applyAsDouble(items), resamples,
            random);
    boolean calibrated = oneClass(right, validation, "validation").isEmpty();
    Calibration calibration = calibrated
        ? Calibration.of(
            PlattScaling.fit(of(all, validation), of(right, validation)).probabilities(scores), outcomes)
        : new Calibration(Double.NaN, Double.NaN);
    return new Signal(name, known(name), auroc, ahead, calibration.brier(), calibration.ece(),
        RiskCoverage.of(scores, outcomes));
  }

  private static Known known(String name) {
    return switch (name) {
      case VALUE, PROMPT_LENGTH -> Known.BEFORE;
      case SELF_CONSISTENCY -> Known.ALL_ROLLOUTS;
      default -> Known.ONE_ROLLOUT;
    };
  }

  private static double[] probe(float[] rows, int width, boolean[] right, int[] train) {
    float[] fitted = new float[train.length * width];
    for (int k = 0; k < train.length; k++) {
      System.arraycopy(rows, train[k] * width, fitted, k * width, width);
    }
    return LinearProbe.fit(fitted, width, of(right, train)).scores(rows, right.length);
  }

  /// The prompt's length or its negative, whichever is better on training problems.
  private static double[] promptLength(List<Rollout> rollouts, boolean[] right, int[] train) {
    double[] lengths = each(rollouts, Rollout::promptLength);
    int sign = Auroc.of(of(lengths, train), of(right, train)) >= 0.5 ? 1 : -1;
    return Arrays.stream(lengths).map(length -> sign * length).toArray();
  }

  private static double perToken(Rollout rollout) {
    int drawn = rollout.tokens().length - rollout.promptLength() + (rollout.finished() ? 1 : 0);
    return rollout.logProbability() / Math.max(1, drawn);
  }

  /// Share of the problem's other rollouts that give this one's answer; 0 without an answer.
  private double agreement(Rollout rollout, Map<String, List<Rollout>> byProblem) {
    List<Rollout> own = byProblem.get(rollout.problem().id());
    Optional<String> given = answer.apply(rollout.problem(), rollout.completion());
    long agree = given.isEmpty()
        ? 0
        : own.stream().filter(other -> other.sample() != rollout.sample())
            .filter(other -> answer.apply(other.problem(), other.completion()).equals(given)).count();
    return (double) agree / (own.size() - 1);
  }

  private static Optional<String> oneClass(boolean[] right, int[] members, String fold) {
    long successes = Arrays.stream(members).filter(i -> right[i]).count();
    return successes == 0 || successes == members.length
        ? Optional.of("right and wrong rollouts are needed, found " + successes + " right of " + members.length + " in "
            + fold)
        : Optional.empty();
  }

  private static int[] in(Fold[] folds, Fold fold) {
    return IntStream.range(0, folds.length).filter(i -> folds[i] == fold).toArray();
  }

  private static double[] each(List<Rollout> rollouts, ToDoubleFunction<Rollout> figure) {
    return rollouts.stream().mapToDouble(figure).toArray();
  }

  private static double[] rewards(boolean[] right, int[] members) {
    return Arrays.stream(members).mapToDouble(i -> right[i] ? 1 : 0).toArray();
  }

  private static double[] of(double[] all, int[] members) {
    return Arrays.stream(members).mapToDouble(i -> all[i]).toArray();
  }

  private static boolean[] of(boolean[] all, int[] members) {
    boolean[] some = new boolean[members.length];
    IntStream.range(0, members.length).forEach(k -> some[k] = all[members[k]]);
    return some;
  }
}
