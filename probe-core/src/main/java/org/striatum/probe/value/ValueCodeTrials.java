package org.striatum.probe.value;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.planning.OutcomeModel;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.NuisanceBaselines.Known;

/// What the controls of a value probe would answer if the states held a known code: made-up outcomes and states, through the
/// code that answers for real ones.
///
/// A problem's known part of the outcome is z′, and its prompt's length ℓ, independent of each other. Each of the code's coordinates is
///
///     x = a z′ + √(1 − a²) b,   b a coordinate of the background
///
/// with a such that the best sum of them reaches the declared AUROC; one more coordinate holds ℓ where lengths predict.
/// All other coordinates are background.
///
/// @param code what is planted
/// @param background states without a code
/// @param settings of the controls
/// @param tested share of the problems that are test problems
/// @param resamples behind each interval
public record ValueCodeTrials(Code code, Background background, ControlSettings settings, double tested,
    int resamples) {
  private static final double MEAN_LENGTH = 40;
  private static final double SPREAD_OF_LENGTHS = 8;

  /// A code of value. The correlations behind its AUROCs are solved for once.
  public static final class Code {
    private final OutcomeModel outcomes;
    private final int samples;
    private final int coordinates;
    private final double correlation; // of the best sum with L
    private final double ofLength; // likewise of the prompt's length
    private final double known;

    /// @param outcomes of the data set
    /// @param samples rollouts of each problem
    /// @param coordinates that carry it alike
    /// @param auroc that the best sum of them reaches, prompt length left out
    /// @param length AUROC of the prompt's length
    /// @throws IllegalArgumentException where no state before the first token reaches both AUROCs
    public Code(OutcomeModel outcomes, int samples, int coordinates, double auroc, double length) {
      this.outcomes = outcomes;
      this.samples = samples;
      this.coordinates = coordinates;
      this.correlation = outcomes.correlation(auroc);
      this.ofLength = outcomes.correlation(Math.max(0.5, length));
      this.known = outcomes.known();
      if (Math.hypot(correlation, ofLength) > known) {
        throw new IllegalArgumentException(
            ("AUROC %.3f beside that of the prompt's length, %.3f, is more than anything known"
                + " at the prompt can reach here: %.3f").formatted(auroc, length, outcomes.ceiling()));
      }
    }

    /// Coordinates that carry the code.
    public int coordinates() {
      return coordinates;
    }
  }

  /// States that hold no code.
  public interface Background {
    int width();

    /// One state: (width), each coordinate with mean 0 and deviation 1.
    double[] draw(RandomGenerator random);
  }

  /// Independent coordinates.
  public record Independent(int width) implements Background {
    @Override
    public double[] draw(RandomGenerator random) {
      return gaussians(width, random);
    }
  }

  /// Normal states with the covariance of given ones, a tenth of it replaced by its diagonal so that it has full rank.
  ///
  /// @param z given states, each coordinate standardised; constant coordinates are left out
  public record Correlated(double[][] z, int width) implements Background {
    private static final double SHRUNK = 0.1;

    /// From states as they are stored.
    ///
    /// @param rows (size, width) row-major
    public static Correlated of(float[] rows, int width) {
      int n = rows.length / width;
      double[][] columns = IntStream.range(0, width)
          .mapToObj(j -> IntStream.range(0, n).mapToDouble(i -> rows[i * width + j]).toArray())
          .map(Correlated::standardised).filter(column -> column != null).toArray(double[][]::new);
      return new Correlated(columns, columns.length);
    }

    private static double[] standardised(double[] x) {
      double mean = Arrays.stream(x).average().orElse(0);
      double deviation = Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElse(0));
      return deviation > 0 && Double.isFinite(deviation)
          ? Arrays.stream(x).map(v -> (v - mean) / deviation).toArray()
          : null;
    }

    @Override
    public double[] draw(RandomGenerator random) {
      int n = z[0].length;
      double[] weights = gaussians(n, random);
      double shared = Math.sqrt((1 - SHRUNK) / n);
      double own = Math.sqrt(SHRUNK);
      double[] drawn = new double[width];
      for (int j = 0; j < width; j++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += weights[i] * z[j][i];
        }
        drawn[j] = shared * sum + own * random.nextGaussian();
      }
      return drawn;
    }
  }

  /// Which question is asked of the made-up data.
  public enum Asked {
    SPARSE, ALIGNED, MORE_THAN_LENGTH
  }

  /// What was answered.
  ///
  /// @param auroc of the whole probe
  /// @param readable whether its interval lies above ½
  /// @param verdict on the question: YES, or another that is not told apart where basis alignment is asked; NOT_TESTED where the probe is not shown to predict
  public record Answer(Estimate auroc, boolean readable, Verdict verdict) {}

  public ValueCodeTrials {
    if (code.coordinates >= background.width()) {
      throw new IllegalArgumentException("a code of " + code.coordinates + " coordinates needs more than that, found "
          + background.width());
    }
  }

  /// One data set of so many problems, and the answer to one question about it.
  ///
  /// @throws org.striatum.probe.run.NotEnoughData with fewer fit problems than folds
  public Answer answer(Asked asked, int problems, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int[] places = IntStream.range(0, background.width()).toArray();
    Ranks.shuffle(places, random);
    FiniteTrajectories finite = FiniteTrajectories.of(draw(problems, places, random));
    int fitted = (int) Math.round(problems * (1 - tested)) * code.samples;
    int[] fitItems = IntStream.range(0, fitted).toArray();
    int[] testItems = IntStream.range(fitted, finite.size()).toArray();
    InitialStates all = InitialStates.of(finite);
    InitialStates fit = all.items(fitItems);
    ProblemFolds folds = ProblemFolds.deal(fit.problems(), settings.folds(), random);
    ControlledProbe probe = ControlledProbe.of(fit, folds, all.items(testItems), resamples);
    double[] whole = probe.testScores(probe.regression().whole());
    Estimate auroc = probe.auroc(whole, random);
    if (!(auroc.low() > 0.5)) { // the study asks nothing more then
      return new Answer(auroc, false, Verdict.NOT_TESTED);
    }
    return new Answer(auroc, true, switch (asked) {
      case SPARSE -> new SparsityControl(probe, SparsityControl.crossFit(probe), settings, random).verdict(whole);
      case ALIGNED -> new Rotations(probe, settings, random).isAligned() ? Verdict.YES : Verdict.UNDECIDED;
      case MORE_THAN_LENGTH -> new NuisanceBaselines(probe, settings.margin(), random)
          .of(Known.before(finite, fitItems, testItems), SparsityControl.crossFit(probe).scores(), whole).verdict();
    });
  }

  /// Made-up rollouts of so many problems, one state each.
  ///
  /// @param places coordinates of the background: the first ones carry the code, the next one the length where it predicts
  public Trajectories draw(int problems, int[] places, RandomGenerator random) {
    OutcomeModel outcomes = code.outcomes;
    double ofLength = code.ofLength;
    double known = code.known;
    double rest = Math.sqrt(Math.max(0, known * known - ofLength * ofLength)); // of z′
    double share = Math.min(1, code.correlation / rest); // of z′ in the sum of the code
    int k = code.coordinates;
    double a = Math.sqrt(share * share / (k - (k - 1) * share * share));
    int rollouts = problems * code.samples;
    Drawn drawn = new Drawn(new double[problems][], new boolean[rollouts], new int[problems], code.samples,
        background.width());
    for (int i = 0; i < problems; i++) {
      double z = random.nextGaussian();
      double length = random.nextGaussian();
      double[] state = background.draw(random);
      for (int j = 0; j < k; j++) {
        state[places[j]] = a * z + Math.sqrt(1 - a * a) * state[places[j]];
      }
      if (ofLength > 0) {
        state[places[k]] = length;
      }
      drawn.states[i] = state;
      drawn.lengths[i] = (int) Math.max(1, Math.round(MEAN_LENGTH + SPREAD_OF_LENGTHS * length));
      double chance = outcomes.chance((ofLength * length + rest * z) / known, known);
      for (int sample = 0; sample < code.samples; sample++) {
        drawn.right[i * code.samples + sample] = random.nextDouble() < chance;
      }
    }
    return drawn;
  }

  private static double[] gaussians(int count, RandomGenerator random) {
    double[] drawn = new double[count];
    Arrays.setAll(drawn, _ -> random.nextGaussian());
    return drawn;
  }

  /// Rollouts of one state each, problem after problem.
  private record Drawn(double[][] states, boolean[] right, int[] lengths, int samples, int width)
      implements
        Trajectories {
    @Override
    public int size() {
      return right.length;
    }

    @Override
    public int length(int i) {
      return 1;
    }

    @Override
    public void states(int i, float[] into, int offset) {
      double[] state = states[i / samples];
      for (int j = 0; j < width; j++) {
        into[offset + j] = (float) state[j];
      }
    }

    @Override
    public double reward(int i) {
      return right[i] ? 1 : 0;
    }

    @Override
    public String problem(int i) {
      return "problem " + i / samples;
    }

    @Override
    public int promptLength(int i) {
      return lengths[i / samples];
    }
  }
}
