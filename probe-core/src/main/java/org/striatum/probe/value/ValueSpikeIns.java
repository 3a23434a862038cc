package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.power.PlantedSignal;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.power.PowerCurve.Point;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.BetaBinomial;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.NuisanceBaselines.Known;
import org.striatum.probe.value.OutcomeRegression.CrossFit;
import org.striatum.probe.value.ValuePower.Share;
import org.striatum.probe.value.ValueQuestion.Arrangement;

/// Would a value code have been found if there were one? Codes of known AUROC planted into a dataset's own states, and judged by
/// the code that judges the states themselves.
///
/// What is planted is a draw of each problem's success probability, as its rollouts leave it open ([ProblemCounts]; where they do
/// not say how far problems differ, it is as wide as their one outcome allows). It stands in real coordinates that vary
/// ([PlantedSignal]), alone or beside the real code. Strengths are tried from the declared effect upwards until a question finds
/// four in five, and downwards while it does; planting ends where four in five cannot be reached any more, and goes on where four in five
/// of the declared effect are found, until that share is known to [PowerCurve#KNOWN_WITHIN].
final class ValueSpikeIns {
  private static final int REACH_DRAWS = 8;
  private static final int AT_ONCE = 64; // codes that are judged before it is looked whether more are needed, at most
  private static final int RESAMPLES = 300; // of problems, for the intervals of one planted code of many

  private final ControlledProbe probe;
  private final Known nuisances;
  private final ControlSettings settings;
  private final RandomStreams streams;
  private final String stream;
  private final Pieces pieces;
  private final InitialStates all; // fit, then test
  private int[] varying; // coordinates; found when a code is first planted
  private final ProblemCounts counts;
  private final BetaBinomial prior;
  private Progress.Task task;
  private long planted;

  /// @param nuisances known before generation
  /// @param stream what this dataset's random streams begin with
  /// @param pieces where planted codes are judged
  ValueSpikeIns(ControlledProbe probe, Known nuisances, ControlSettings settings, RandomStreams streams,
      String stream, Pieces pieces) {
    this.pieces = pieces;
    this.probe = probe;
    this.nuisances = nuisances;
    this.settings = settings;
    this.streams = streams;
    this.stream = stream;
    all = probe.fit().and(probe.test());
    counts = ProblemCounts.of(all.problems(), all.successes());
    prior = counts.prior();
  }

  /// What is planted, how strongly, and where.
  private record Cell(PlantedCode code, Arrangement arrangement, double strength) {}

  /// What is answered about one planted code, in the order of the questions.
  private record Answers(List<Verdict> given) {}

  /// One question's answers about some kinds of planted codes together.
  private static final class Tally {
    private final int most;
    private final boolean curtailed;
    private final boolean decides;
    private int planted;
    private int found;
    private int denied;

    /// @param curtailed whether a share below four in five ends it
    /// @param decides whether a *no* stands on the share
    Tally(int most, boolean curtailed, boolean decides) {
      this.most = most;
      this.curtailed = curtailed;
      this.decides = decides;
    }

    /// Whether one more answer can matter.
    boolean isOpen() {
      return isOpen(planted, found);
    }

    private boolean isOpen(int of, int yes) {
      if (of < most) {
        return !(curtailed && of - yes > (1 - PowerCurve.ENOUGH) * most + 1e-9);
      }
      Point point = decides && of > 0 ? new Point(1, of, yes) : null;
      return point != null && point.isEnough() && !point.isKnown();
    }

    /// How many answers it takes for certain, whatever they are: 1 at least where it is open.
    int certain() {
      int more = 1;
      while (more < AT_ONCE && staysOpen(more)) {
        more++;
      }
      return more;
    }

    private boolean staysOpen(int more) {
      return IntStream.rangeClosed(0, more).allMatch(yes -> isOpen(planted + more, found + yes));
    }

    void add(Verdict answer) {
      planted++;
      found += answer == Verdict.YES ? 1 : 0;
      denied += answer == Verdict.NO ? 1 : 0;
    }
  }

  /// @param dataset its name, for progress
  ValuePower run(String dataset, Progress progress) {
    if (settings.power().planted() == 0) {
      return ValuePower.none(settings.power().effect());
    }
    long most = ValueFits.Controls.planted(settings.power());
    try (Progress.Task codes = progress.start("codes planted into " + dataset, most, "code")) {
      task = codes;
      ValuePower found = planted();
      codes.step(Math.max(0, most - planted));
      return found;
    }
  }

  private ValuePower planted() {
    ControlSettings.Power power = settings.power();
    double reach = reach();
    List<Pieces.Part<List<Share>>> parts = new ArrayList<>();
    for (Arrangement arrangement : Arrangement.values()) {
      parts.add(pieces.part(() -> ladder(arrangement, reach)));
    }
    if (power.effect() < reach) {
      for (Arrangement arrangement : Arrangement.values()) {
        Set<ValueQuestion> asked = asked(arrangement);
        asked.remove(ValueQuestion.ALIGNED);
        parts.add(pieces.part(() -> planted(new Cell(PlantedCode.SIX, arrangement, power.effect()), asked)));
      }
      parts.add(pieces.part(() -> planted(new Cell(PlantedCode.DENSE, Arrangement.ALONE, power.effect()),
          EnumSet.of(ValueQuestion.SPARSE, ValueQuestion.ALIGNED))));
    }
    List<Share> shares = new ArrayList<>();
    parts.forEach(part -> shares.addAll(part.get()));
    return new ValuePower(power.effect(), reach, shares);
  }

  /// What is asked of codes that are planted so. Rotated bases take as long as all else together, so that they are only asked
  /// about where it decides, and not of codes that are stronger or weaker than the answer needs.
  private static Set<ValueQuestion> asked(Arrangement arrangement) {
    Set<ValueQuestion> asked = EnumSet.allOf(ValueQuestion.class);
    if (ValueQuestion.ALIGNED.arrangement() != arrangement) {
      asked.remove(ValueQuestion.ALIGNED);
    }
    return asked;
  }

  /// The AUROC of the planted probability itself, averaged over a few draws.
  private double reach() {
    RandomGenerator random = streams.of(stream + "reach");
    return IntStream.range(0, REACH_DRAWS).mapToDouble(_ -> all.auroc(counts.draw(prior, random))).average()
        .orElseThrow();
  }

  /// The declared effect, then the strengths that its share leaves open.
  private List<Share> ladder(Arrangement arrangement, double reach) {
    ControlSettings.Power power = settings.power();
    List<Double> possible = power.strengths().stream().filter(strength -> strength < reach).toList();
    List<Share> shares = new ArrayList<>();
    if (!possible.contains(power.effect())) {
      return shares;
    }
    int start = possible.indexOf(power.effect());
    Set<ValueQuestion> weaker = EnumSet.noneOf(ValueQuestion.class);
    Set<ValueQuestion> open = asked(arrangement);
    for (int i = start; i < possible.size() && !open.isEmpty(); i++) {
      List<Share> found = declared(arrangement, possible.get(i), open);
      Set<ValueQuestion> enough = enough(found, open);
      if (i == start) {
        weaker.addAll(enough);
        weaker.remove(ValueQuestion.ALIGNED);
      }
      open.removeAll(enough);
      shares.addAll(found);
    }
    for (int i = start - 1; i >= 0 && !weaker.isEmpty(); i--) {
      List<Share> found = declared(arrangement, possible.get(i), weaker);
      weaker.retainAll(enough(found, weaker));
      shares.addAll(found);
    }
    return shares;
  }

  private static Set<ValueQuestion> enough(List<Share> shares, Set<ValueQuestion> asked) {
    Set<ValueQuestion> enough = EnumSet.noneOf(ValueQuestion.class);
    for (ValueQuestion question : asked) {
      int planted = shares.stream().filter(share -> share.question() == question).mapToInt(Share::planted).sum();
      int found = shares.stream().filter(share -> share.question() == question).mapToInt(Share::found).sum();
      if (planted > 0 && new Point(1, planted, found).isEnough()) {
        enough.add(question);
      }
    }
    return enough;
  }

  private List<Share> declared(Arrangement arrangement, double strength, Set<ValueQuestion> asked) {
    return planted(Arrays.stream(PlantedCode.values()).filter(PlantedCode::isDeclared)
        .map(code -> new Cell(code, arrangement, strength)).toList(), asked);
  }

  private List<Share> planted(Cell cell, Set<ValueQuestion> asked) {
    return planted(List.of(cell), asked);
  }

  /// Plants some kinds of codes in turn, and asks about each until every question has its share.
  private List<Share> planted(List<Cell> cells, Set<ValueQuestion> asked) {
    Map<ValueQuestion, Tally> together = new EnumMap<>(ValueQuestion.class);
    List<Map<ValueQuestion, Tally>> each = new ArrayList<>();
    cells.forEach(_ -> each.add(new EnumMap<>(ValueQuestion.class)));
    int perCell = Math.ceilDiv(settings.power().planted(), 2); // two kinds of codes make up the declared effect
    for (ValueQuestion question : asked) {
      int most = question == ValueQuestion.ALIGNED ? settings.power().rotated() : perCell * cells.size();
      together.put(question,
          new Tally(most, !countsWrong(question, cells.getFirst()), decides(question, cells.getFirst())));
      each.forEach(own -> own.put(question, new Tally(most, false, false)));
    }
    Set<ValueQuestion> open = open(together);
    for (int k = 0; !open.isEmpty(); open = open(together)) {
      int n = open.stream().mapToInt(question -> together.get(question).certain()).min().orElseThrow();
      for (Answers answers : judged(cells, k, n, open)) {
        Iterator<Verdict> given = answers.given().iterator();
        for (ValueQuestion question : open) {
          Verdict answer = given.next();
          together.get(question).add(answer);
          each.get(k % cells.size()).get(question).add(answer);
        }
        k++;
      }
    }
    List<Share> shares = new ArrayList<>();
    for (int c = 0; c < cells.size(); c++) {
      for (ValueQuestion question : asked) {
        Tally tally = each.get(c).get(question);
        if (tally.planted > 0) {
          shares.add(new Share(question, cells.get(c).code(), cells.get(c).arrangement(), cells.get(c).strength(),
              tally.planted, tally.found, tally.denied));
        }
      }
    }
    return shares;
  }

  private static Set<ValueQuestion> open(Map<ValueQuestion, Tally> tallies) {
    Set<ValueQuestion> open = EnumSet.noneOf(ValueQuestion.class);
    tallies.forEach((question, tally) -> {
      if (tally.isOpen()) {
        open.add(question);
      }
    });
    return open;
  }

  /// Plants so many codes, of each kind in turn. A code's answers depend on what is asked of it, as one generator serves all of them.
  ///
  /// @param from how many were planted before
  private List<Answers> judged(List<Cell> cells, int from, int count, Set<ValueQuestion> asked) {
    double fits = asked.contains(ValueQuestion.ALIGNED) ? 2 + settings.rotations() : 2;
    String name = "%s%s %s from %d".formatted(stream, cells, asked, from);
    Work<Answers> work = Work.of(name, Answers.class, count, fits * probe.operations(), k -> {
      Cell cell = cells.get((from + k) % cells.size());
      Trial trial = new Trial(streams.of(stream + cell + " " + (from + k) / cells.size()), cell);
      return new Answers(asked.stream().map(trial::answer).toList());
    });
    step(count - pieces.left(work));
    return pieces.all(work, computed -> step(computed.size()));
  }

  /// A share that is not known yet takes more codes than were foreseen.
  private void step(int codes) {
    long foreseen = ValueFits.Controls.planted(settings.power());
    task.step(Math.min(foreseen, planted + codes) - Math.min(foreseen, planted));
    planted += codes;
  }

  /// Whether a *no* stands on the share of these that is found; both kinds of the declared effect are planted together.
  private boolean decides(ValueQuestion question, Cell cell) {
    return cell.code().isDeclared() && cell.arrangement() == question.arrangement()
        && cell.strength() == settings.power().effect();
  }

  /// Whether wrong answers count too, so that a share below four in five does not end the planting: of dense codes, and of sparse
  /// ones beside the real code, which must not be denied.
  private boolean countsWrong(ValueQuestion question, Cell cell) {
    return cell.code() == PlantedCode.DENSE || (question == ValueQuestion.SPARSE
        && cell.arrangement() == Arrangement.BESIDE && cell.strength() == settings.power().effect());
  }

  /// One planted code and what the controls answer about it.
  private final class Trial {
    private final RandomGenerator random;
    private final ControlledProbe planted;
    private final double[] whole;
    private final boolean readable;
    private CrossFit crossFit; // made when it is first needed

    Trial(RandomGenerator random, Cell cell) {
      this.random = random;
      InitialStates states = plant(cell, random);
      int fit = probe.fit().size();
      planted = ControlledProbe.of(states.items(IntStream.range(0, fit).toArray()), probe.folds(),
          states.items(IntStream.range(fit, states.size()).toArray()), Math.min(RESAMPLES, probe.resamples()));
      whole = planted.testScores(planted.regression().whole());
      readable = DatasetControls.predicts(planted.auroc(whole, random));
    }

    Verdict answer(ValueQuestion question) {
      if (!readable) {
        return question == ValueQuestion.PREDICTS ? Verdict.UNDECIDED : Verdict.NOT_TESTED;
      }
      return switch (question) {
        case PREDICTS -> Verdict.YES;
        case SPARSE -> new SparsityControl(planted, crossFit(), settings, random).verdict(whole);
        case ALIGNED -> new Rotations(planted, settings, random).isAligned() ? Verdict.YES : Verdict.UNDECIDED;
        case MORE_THAN_LENGTH -> new NuisanceBaselines(planted, settings.margin(), random)
            .of(nuisances, crossFit().scores(), whole).verdict();
      };
    }

    private CrossFit crossFit() {
      crossFit = crossFit == null ? SparsityControl.crossFit(planted) : crossFit;
      return crossFit;
    }
  }

  /// States with a code in them.
  private InitialStates plant(Cell cell, RandomGenerator random) {
    int[] able = varying();
    InitialStates states = cell.arrangement() == Arrangement.ALONE ? all.dealt(random) : all;
    double[] signal = counts.draw(prior, random);
    double whole = Math.min(1, PlantedSignal.strength(signal, all.successes(), cell.strength()));
    double r = cell.code().each(whole, able.length);
    int[] order = able.clone();
    Ranks.shuffle(order, random);
    int[] chosen = Arrays.copyOf(order, cell.code().coordinates(able.length));
    double[][] values = new double[chosen.length][];
    for (int k = 0; k < chosen.length; k++) {
      values[k] = planted(states.coordinate(chosen[k]), signal, random.nextBoolean() ? r : -r);
    }
    return states.replacing(chosen, values);
  }

  private int[] varying() {
    if (varying == null) {
      Standardisation scale = probe.regression().whole().scale();
      varying = IntStream.range(0, probe.width()).filter(j -> !scale.isConstant(j)).toArray();
    }
    return varying;
  }

  /// A coordinate with the signal in it, on its own scale.
  private static double[] planted(double[] carrier, double[] signal, double r) {
    double mean = Arrays.stream(carrier).average().orElseThrow();
    double deviation = Math.sqrt(Arrays.stream(carrier).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
    return Arrays.stream(PlantedSignal.in(carrier, signal, r)).map(z -> mean + deviation * z).toArray();
  }
}
