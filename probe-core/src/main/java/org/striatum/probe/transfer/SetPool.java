package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.transfer.TransferResults.Ceiling;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.transfer.TransferResults.Planted;
import org.striatum.probe.transfer.TransferResults.PooledSets;

/// Tests whether sets overlap over many pairs of places at once.
///
/// First the ceiling: do two halves of one place's own problems agree on its set more than with shuffled outcomes? Where they do
/// not, no other place's set can agree with it, and the pair is not asked. Then one statistic over all pairs that are left: the
/// mean share of a set that is in the other's, always between opposite halves, so that no problem is in both.
///
/// It is held against the same sets with the coordinates of one place renamed, at all hook points alike: two codes that have
/// nothing to do with each other, each as reproducible as it is. To these the share is added by which sets of shuffled outcomes
/// agree more than sets drawn at random: some coordinates get large weights whatever the outcome is.
///
/// Then the same test is put to planted pairs: a place and itself, with some of its coordinates renamed. Both halves have one
/// code by construction, so that the pair shares exactly the part of it that kept its names; in the rest it agrees as
/// unrelated codes do.
final class SetPool {
  /// Draws of renamed coordinates behind each p.
  static final int DRAWS = 999;
  /// Shares of coordinates that keep their names.
  private static final double[] OVERLAPS = {0, 0.1, 0.25, 0.5, 0.75, 1};
  private static final double ALPHA = 0.05;

  private final TransferSettings settings;
  private final RandomStreams streams;
  private final Pieces pieces;
  private final Map<FittedPlace, Ceiling> ceilings = new HashMap<>();

  /// @param pieces for each question the draws of names, and the planted pairs of each overlap
  SetPool(TransferSettings settings, RandomStreams streams, Pieces pieces) {
    this.pieces = pieces;
    this.settings = settings;
    this.streams = streams;
  }

  /// Two places at one hook point.
  record Pair(FittedPlace first, FittedPlace second) {}

  /// What a place's own halves agree on.
  Ceiling ceiling(FittedPlace place) {
    return ceilings.computeIfAbsent(place, this::measured);
  }

  private Ceiling measured(FittedPlace place) {
    int k = k(place);
    HalfSets sets = place.halves();
    double shared = sets.within(k, 0);
    double[] nulls = new double[settings.power().shuffles()];
    Arrays.setAll(nulls, s -> sets.within(k, 1 + s));
    return new Ceiling(place.place(), place.hook(), settings.refitted(), k, shared, HalfSets.mean(nulls),
        sets.isEmpty() ? Double.NaN : EmpiricalP.high(shared, nulls));
  }

  private int k(FittedPlace place) {
    return new SetSize(settings.refitted()).of(place.width());
  }

  /// The pooled test of some pairs.
  ///
  /// @param family how many such tests are corrected together, ≥ 1
  PooledSets of(String first, String second, List<Pair> pairs, int family) {
    List<Pair> asked = pairs.stream()
        .filter(pair -> ceiling(pair.first()).passes() && ceiling(pair.second()).passes())
        .filter(pair -> Double.isFinite(shared(pair))).toList();
    double ceiling = HalfSets.mean(pairs.stream()
        .mapToDouble(pair -> (ceiling(pair.first()).shared() + ceiling(pair.second()).shared()) / 2).toArray());
    if (asked.isEmpty()) {
      return new PooledSets(first, second, settings.refitted(), pairs.size(), 0, Double.NaN, ceiling,
          HalfSets.mean(pairs.stream().mapToDouble(pair -> ceiling(pair.first()).chance()).toArray()), Double.NaN,
          Double.NaN, Double.NaN, Double.NaN, Double.NaN, settings.power().effect(), List.of());
    }
    double observed = mean(asked, this::shared);
    double structure = mean(asked, this::structure);
    String question = first + " and " + second;
    Part<Figures> names = pieces.part(() -> pieces.all(Work.of(question + " names", Figures.class, 1,
        _ -> new Figures(unrelated(question, asked, structure)))).getFirst());
    List<PlantedPairs> pairsPlanted = planted(question, asked, structure);
    double[] nulls = names.get().of;
    double[] sorted = Arrays.stream(nulls).sorted().toArray();
    // As many of the draws may reach a figure that is called significant after the strictest correction.
    int allowed = (int) Math.floor(ALPHA / family * (1 + DRAWS)) - 1;
    double critical = allowed < 0 ? Double.POSITIVE_INFINITY : sorted[DRAWS - 1 - allowed];
    List<Planted> planted = pairsPlanted.stream().map(one -> one.counted(critical)).toList();
    double own = mean(asked, pair -> (ceiling(pair.first()).shared() + ceiling(pair.second()).shared()) / 2);
    double chance = HalfSets.mean(nulls);
    return new PooledSets(first, second, settings.refitted(), pairs.size(), asked.size(), observed, own, chance,
        EmpiricalP.high(observed, nulls), Double.NaN,
        own > chance ? (observed - chance) / (own - chance) : Double.NaN, crossing(planted, Planted::high, observed),
        crossing(planted, Planted::low, observed), settings.power().effect(), planted);
  }

  private double shared(Pair pair) {
    return pair.first().halves().between(pair.second().halves(), k(pair.first()), 0);
  }

  /// The statistic of codes that have nothing to do with each other, once for each draw of names.
  private double[] unrelated(String question, List<Pair> pairs, double structure) {
    RandomGenerator random = streams.of(question + " names");
    double[] figures = new double[DRAWS];
    for (int r = 0; r < DRAWS; r++) {
      Map<Place, Map<Integer, int[]>> names = new HashMap<>();
      figures[r] = structure
          + mean(pairs, pair -> pair.first().halves().renamed(pair.second().halves(), k(pair.first()),
              relative(names(names, pair.first(), random), names(names, pair.second(), random))));
    }
    return figures;
  }

  /// By how much sets of shuffled outcomes agree more than random ones of their size, at least 0.
  private double structure(Pair pair) {
    int k = k(pair.first());
    double[] shuffled = new double[settings.power().shuffles()];
    Arrays.setAll(shuffled, s -> pair.first().halves().between(pair.second().halves(), k, 1 + s));
    return Math.max(0, HalfSets.mean(shuffled) - (double) k / pair.first().width());
  }

  private static int[] names(Map<Place, Map<Integer, int[]>> drawn, FittedPlace place, RandomGenerator random) {
    return drawn.computeIfAbsent(place.place(), _ -> new HashMap<>()).computeIfAbsent(place.width(),
        width -> names(width, 0, random));
  }

  /// Names of the second's coordinates among the first's, where both were renamed.
  private static int[] relative(int[] first, int[] second) {
    int[] coordinateOf = new int[first.length];
    IntStream.range(0, first.length).forEach(j -> coordinateOf[first[j]] = j);
    return Arrays.stream(second).map(name -> coordinateOf[name]).toArray();
  }

  private static double mean(List<Pair> pairs, Function<Pair, Double> figure) {
    return HalfSets.mean(pairs.stream().mapToDouble(figure::apply).toArray());
  }

  private record Figures(double[] of) {}

  /// The statistic of pairs that were planted with one overlap, ascending.
  private record PlantedPairs(double overlap, double[] sorted, double mean) {
    Planted counted(double critical) {
      return new Planted(overlap, sorted.length, (int) Arrays.stream(sorted).filter(t -> t > critical).count(),
          Bootstrap.quantile(sorted, 0.025), mean, Bootstrap.quantile(sorted, 0.975));
    }
  }

  private List<PlantedPairs> planted(String question, List<Pair> pairs, double structure) {
    // Pairs of the same two places at several hook points are planted together: neighbouring layers agree.
    Map<List<Place>, List<Pair>> together = new LinkedHashMap<>();
    pairs.forEach(pair -> together
        .computeIfAbsent(List.of(pair.first().place(), pair.second().place()), _ -> new ArrayList<>()).add(pair));
    double[] overlaps = Arrays.stream(concat(OVERLAPS, settings.power().effect())).sorted().distinct().toArray();
    int count = settings.power().planted() == 0 ? 0 : overlaps.length;
    return pieces.all(Work.of(question + " planted", PlantedPairs.class, count, o -> {
      double overlap = overlaps[o];
      RandomGenerator random = streams.of(question + " planted " + overlap);
      double[] figures = new double[settings.power().planted()];
      Arrays.setAll(figures, _ -> planted(together, overlap, random) + (1 - overlap) * structure);
      return new PlantedPairs(overlap, Arrays.stream(figures).sorted().toArray(), HalfSets.mean(figures));
    }));
  }

  private static double[] concat(double[] values, double one) {
    double[] all = Arrays.copyOf(values, values.length + 1);
    all[values.length] = one;
    return all;
  }

  /// The statistic over pairs that share a part of their code by construction.
  private double planted(Map<List<Place>, List<Pair>> together, double overlap, RandomGenerator random) {
    List<Double> figures = new ArrayList<>();
    for (List<Pair> pairs : together.values()) {
      boolean first = random.nextBoolean();
      Map<Integer, int[]> names = new HashMap<>();
      for (Pair pair : pairs) {
        FittedPlace place = first ? pair.first() : pair.second();
        figures.add(place.halves().renamed(place.halves(), k(place),
            names.computeIfAbsent(place.width(), width -> names(width, overlap, random))));
      }
    }
    return HalfSets.mean(figures.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /// A permutation that leaves this share of the coordinates in place and shuffles the others among themselves.
  static int[] names(int width, double kept, RandomGenerator random) {
    int[] order = IntStream.range(0, width).toArray();
    Ranks.shuffle(order, random);
    int[] moved = Arrays.copyOf(order, (int) Math.round((1 - kept) * width));
    int[] to = moved.clone();
    Ranks.shuffle(to, random);
    int[] names = IntStream.range(0, width).toArray();
    for (int i = 0; i < moved.length; i++) {
      names[moved[i]] = to[i];
    }
    return names;
  }

  /// The overlap at which a figure of planted pairs, which rises with it, reaches the observed one, linear between those planted;
  /// within [0, 1], NaN where nothing was planted.
  private static double crossing(List<Planted> planted, Function<Planted, Double> figure, double observed) {
    for (int i = 0; i < planted.size(); i++) {
      double at = figure.apply(planted.get(i));
      if (at >= observed) {
        if (i == 0) {
          return planted.getFirst().overlap();
        }
        double before = figure.apply(planted.get(i - 1));
        double share = at > before ? (observed - before) / (at - before) : 1;
        return planted.get(i - 1).overlap()
            + Math.clamp(share, 0, 1) * (planted.get(i).overlap() - planted.get(i - 1).overlap());
      }
    }
    return planted.isEmpty() ? Double.NaN : planted.getLast().overlap();
  }
}
