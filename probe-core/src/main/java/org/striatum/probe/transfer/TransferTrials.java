package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.ComparedRun.ComparedDataset;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueCodeTrials;
import org.striatum.probe.value.ValueNeuronResults;

/// What a transfer study would say of sets whose codes share a known part: made-up data sets of one run, through the study itself.
///
/// All codes have the same coordinates in common, and each as many of its own as it needs beside them: any two of them share the declared part. There is
/// one hook point.
///
/// @param codes one a data set, all of one width and carried by as many coordinates
/// @param settings of the study
/// @param trained share of the problems that are training problems
/// @param tested share of the problems that are test problems
public record TransferTrials(List<ValueCodeTrials> codes, TransferSettings settings, double trained, double tested) {
  private static final HookPoint HOOK = HookPoint.residPost(0);

  public TransferTrials {
    codes = List.copyOf(codes);
    if (codes.size() < 2 || codes.stream().map(code -> code.background().width()).distinct().count() > 1
        || codes.stream().map(code -> code.code().coordinates()).distinct().count() > 1) {
      throw new IllegalArgumentException("a transfer needs at least 2 codes in states of one width, carried by as many"
          + " coordinates, found " + codes.stream().map(code -> code.code().coordinates() + " of "
              + code.background().width()).toList());
    }
  }

  /// What the pooled test of sets says; NOT_TESTED where too few problems are drawn for it.
  ///
  /// @param problems of each data set
  /// @param shared part of a code that any two of them have in common, in [0, 1]
  /// @throws IllegalArgumentException where the width does not hold so many different coordinates
  public Verdict verdict(List<Integer> problems, double shared, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    int width = codes.getFirst().background().width();
    int coordinates = codes.getFirst().code().coordinates();
    int common = (int) Math.round(shared * coordinates);
    int own = coordinates - common;
    if (common + own * codes.size() >= width) {
      throw new IllegalArgumentException(
          "codes that share " + common + " of " + coordinates + " coordinates need more than "
              + (common + own * codes.size()) + " of them together, found " + width);
    }
    int[] places = IntStream.range(0, width).toArray();
    Ranks.shuffle(places, random);
    List<ComparedDataset> datasets = new ArrayList<>();
    for (int d = 0; d < codes.size(); d++) {
      Trajectories made = codes.get(d).draw(problems.get(d), turned(places, common, d * own), random);
      Split split = Split.byProblem(IntStream.range(0, made.size()).mapToObj(made::problem).distinct().toList(),
          trained, 1 - trained - tested, random);
      datasets.add(new ComparedDataset("data " + d, split, new TreeMap<>(Map.of(HOOK, made))));
    }
    ComparedRun run = new ComparedRun("made up", "made up", null, datasets,
        new ValueNeuronResults(List.of(), List.of()));
    TransferSettings fewest = settings.withSizes(List.of(settings.refitted())).withRandomSets(0)
        .withPower(power -> power.withPlanted(0));
    return new TransferStudy(fewest, seed).sets(run).map(TransferResults.PooledSets::verdict)
        .orElse(Verdict.NOT_TESTED);
  }

  /// Common places first, then those behind a data set's first own one.
  private static int[] turned(int[] places, int common, int from) {
    int own = places.length - common;
    int[] turned = places.clone();
    for (int k = 0; k < own; k++) {
      turned[common + k] = places[common + (from + k) % own];
    }
    return turned;
  }
}
