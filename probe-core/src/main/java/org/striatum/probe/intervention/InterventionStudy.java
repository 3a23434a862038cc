package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.LayerSet;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.intervention.InterventionResults.Prediction;
import org.striatum.probe.intervention.Treatment.ControlKind;
import org.striatum.probe.intervention.Treatment.Treated;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;

/// Does the model use a set of neurons? The same items go through the same graph under many gates at the same hook points:
/// the identity (base), the set's own gate with an empty mask (must equal base bit for bit), the set, named sets beside it,
/// random sets and RMS-matched sets, as many as it takes. Outcomes are paired by item; effects are outcome minus base, so damage is
/// negative. (arXiv 2602.00986, §4; the matched arm, the named sets, the empty mask and the verdict are ours.)
///
/// @param model not closed here
/// @param progress stepped once an arm
/// @param pieces where arms are measured: those of a primary intervention one by one, of another all together
public record InterventionStudy(GatedModel model, Progress progress, Pieces pieces) {
  /// RMS-matched sets whose predictions are recorded: full logits cost more than log-probabilities.
  static final int PREDICTED_CONTROLS = 8;
  /// So many controls of a secondary intervention that do as much damage as the set end their measuring.
  public static final int ENOUGH_EXCEED = 10;
  /// Random sets of a secondary intervention that are measured where all matched ones had to be: they describe, the matched
  /// ones decide.
  private static final int DESCRIBING = 199;

  /// With every arm measured here.
  public InterventionStudy(GatedModel model, Progress progress) {
    this(model, progress, Pieces.HERE);
  }

  /// A set's part at one hook point.
  ///
  /// @param coordinates of the set
  /// @param controls drawn for it
  /// @param others named sets beside it
  public record Cut(HookPoint hook, List<Integer> coordinates, Ablation ablation, MatchedSets controls,
      List<NamedSet> others) {
    public Cut {
      coordinates = List.copyOf(coordinates);
      others = List.copyOf(others);
      Set<Integer> target = Set.copyOf(coordinates);
      for (List<Integer> set : Stream.concat(controls.random().stream(), controls.matched().stream()).toList()) {
        if (set.size() != target.size() || !Collections.disjoint(set, target)) {
          throw new IllegalArgumentException("controls must be of the size of the set and outside it, found " + set
              + " for " + coordinates + ": draw them for this set");
        }
      }
    }
  }

  /// What is to be tested.
  ///
  /// @param primary whether it was named before the run
  /// @param set e.g. `value@1%`
  /// @param cuts one per hook point, all made at once, all by one kind of ablation
  /// @param positions where the gates act
  public record Plan(boolean primary, String dataset, String set, List<Cut> cuts, PositionMask positions)
      implements
        Treatment {
    public Plan {
      cuts = List.copyOf(cuts);
      if (positions == PositionMask.NONE) {
        throw new IllegalArgumentException("an intervention must act somewhere, found positions none");
      }
      if (cuts.isEmpty() || cuts.stream().map(Cut::hook).distinct().count() < cuts.size()
          || cuts.stream().map(cut -> cut.ablation.kind().printed(cut.ablation.alpha())).distinct()
              .count() > 1) {
        throw new IllegalArgumentException(
            "an intervention needs one kind of ablation at distinct hook points, found "
                + cuts.stream()
                    .map(cut -> cut.ablation.kind().printed(cut.ablation.alpha()) + " at " + cut.hook)
                    .toList());
      }
    }

    @Override
    public AblationKind kind() {
      return cuts.getFirst().ablation.kind();
    }

    @Override
    public double alpha() {
      return cuts.getFirst().ablation.alpha();
    }

    @Override
    public SortedSet<HookPoint> hooks() {
      return new TreeSet<>(cuts.stream().map(Cut::hook).toList());
    }

    @Override
    public int controls(ControlKind kind) {
      return cuts.stream().mapToInt(cut -> sets(cut, kind).size()).min().orElseThrow();
    }

    @Override
    public Sha256 drawn() {
      return Sha256.of(RecordJson.compact(cuts.stream().map(
          cut -> List.of(cut.hook.toString(), cut.coordinates, cut.controls.random(), cut.controls.matched()))
          .toList()));
    }

    private static List<List<Integer>> sets(Cut cut, ControlKind kind) {
      return switch (kind) {
        case RANDOM -> cut.controls.random();
        case MATCHED -> cut.controls.matched();
      };
    }

    @Override
    public Treated target(ToIntFunction<HookPoint> width) {
      return treated(width, Cut::coordinates);
    }

    @Override
    public Treated control(ControlKind kind, int i, ToIntFunction<HookPoint> width) {
      return treated(width, cut -> sets(cut, kind).get(i));
    }

    /// The named sets, each by hook point; a hook point without one is left as it is.
    @Override
    public SequencedMap<String, Treated> others(ToIntFunction<HookPoint> width) {
      SortedSet<String> names = new TreeSet<>(Collections.reverseOrder());
      cuts.forEach(cut -> cut.others.forEach(other -> names.add(other.name())));
      SequencedMap<String, Treated> others = new LinkedHashMap<>();
      names.forEach(name -> others.put(name,
          treated(width, cut -> cut.others.stream().filter(other -> other.name().equals(name)).findFirst()
              .map(NamedSet::coordinates).orElse(List.of()))));
      return others;
    }

    @Override
    public List<LayerSet> layers() {
      return cuts.stream().map(cut -> new LayerSet(cut.hook, cut.coordinates, cut.controls.matching())).toList();
    }

    /// A set's gates, each hook point's own; one for each draw of the ablation.
    private Treated treated(ToIntFunction<HookPoint> width, Function<Cut, List<Integer>> set) {
      List<SortedMap<HookPoint, Gate>> draws = new ArrayList<>();
      for (Cut cut : cuts) {
        List<Gate> gates = cut.ablation.gates(width.applyAsInt(cut.hook), set.apply(cut));
        for (int d = 0; d < gates.size(); d++) {
          if (draws.size() == d) {
            draws.add(new TreeMap<>());
          }
          draws.get(d).put(cut.hook, gates.get(d).at(positions));
        }
      }
      return new Treated(cuts.stream().mapToInt(cut -> set.apply(cut).size()).sum(),
          draws.stream().map(Gates::new).toList());
    }
  }

  /// A text to score: the continuation's log-probability is the outcome.
  public record ScoredText(String problem, TokenSequence tokens) {}

  /// A prompt to continue and grade.
  ///
  /// @param sample which of the problem's attempts, from 0
  /// @param seed the same in every arm
  public record Attempt(Problem problem, int sample, TokenSequence prompt, long seed) {}

  /// How attempts become successes.
  ///
  /// @param decoder token ids to text
  /// @param batchSize how many run together
  public record Generation(Sampling sampling, Function<int[], String> decoder, Grader grader, int batchSize) {}

  /// The effect on Σ log p of given continuations, in nats per item.
  ///
  /// @param predicted whether perplexity and KL to base are recorded for base, the set, named sets and a few matched ones
  /// @param random resamples problems
  /// @throws NotEnoughData without items
  /// @throws IllegalArgumentException on coordinates a hook point does not have
  /// @throws IllegalStateException if the model returns NaN or ∞
  public MeasuredIntervention logProbability(Treatment plan, List<ScoredText> items, boolean predicted,
      RandomGenerator random) {
    requireItems(items);
    try (Measurement measurement = new Measurement.Solutions(model, items, plan.hooks())) {
      return run(plan, measurement, predicted, random);
    }
  }

  /// The effect on the share of attempts graded right, and on how completions look. All arms draw with the same seeds.
  /// McNemar's test takes the first sample of each problem.
  ///
  /// @param random resamples problems
  /// @throws NotEnoughData without attempts
  /// @throws IllegalArgumentException on coordinates a hook point does not have
  public MeasuredIntervention accuracy(Treatment plan, List<Attempt> attempts, Generation generation,
      RandomGenerator random) {
    requireItems(attempts);
    try (Measurement measurement = new Measurement.Attempts(model, attempts, generation)) {
      return run(plan, measurement, false, random);
    }
  }

  static void requireItems(List<?> items) {
    NotEnoughData.require("an intervention", "items to measure on", items.size(), 1);
  }

  /// What was measured of an intervention.
  ///
  /// @param predictions empty where none were asked for
  private record Measured(Readings base, Readings empty, Readings target, List<Readings> named,
      List<Readings> matched, List<Readings> uniform, List<Predictions> predictions) {}

  private MeasuredIntervention run(Treatment plan, Measurement measurement, boolean predicted, RandomGenerator random) {
    Measured measured = plan.primary()
        ? primary(plan, measurement, predicted)
        : secondary(plan, measurement, predicted);
    String[] problems = measurement.problems();
    SequencedMap<String, Treated> others = plan.others(model::width);
    int matchedSets = plan.controls(ControlKind.MATCHED);
    Readings base = measured.base;
    Readings ablated = measured.target;
    List<Predictions> predictions = measured.predictions;
    List<Arm> arms = new ArrayList<>();
    arms.add(arm("base", 0, base, base, measurement, at(predictions, 0), random));
    arms.add(arm(plan.set(), plan.target(model::width).coordinates(), base, ablated, measurement, at(predictions, 1),
        random));
    int n = 0;
    for (Map.Entry<String, Treated> other : others.entrySet()) {
      arms.add(arm(other.getKey(), other.getValue().coordinates(), base, measured.named.get(n), measurement,
          at(predictions, 2 + n), random));
      n++;
    }
    Prediction predictedControls = Predictions
        .mean(predictions.subList(Math.min(2 + n, predictions.size()), predictions.size()));
    int distinct = (int) Arrays.stream(problems).distinct().count();
    Intervention intervention = new Intervention(plan.primary(), plan.dataset(), plan.set(), plan.layers(),
        plan.kind(), plan.alpha(), plan.positions(), measurement.outcome(), problems.length, distinct,
        measured.empty.isIdenticalTo(base), arms.getFirst(), arms.get(1), arms.subList(2, arms.size()),
        controls(problems, base, ablated, measured.uniform, randomSets(plan, measured.matched.size()), null, random),
        controls(problems, base, ablated, measured.matched, matchedSets, predictedControls, random), null);
    return new MeasuredIntervention(intervention,
        PlantedDrops.of(problems, base, measured.matched, matchedSets, intervention.pairs(), random.nextLong()));
  }

  /// How many random sets are measured of a plan, once so many matched ones were.
  private static int randomSets(Treatment plan, int matched) {
    int drawn = plan.controls(ControlKind.RANDOM);
    return plan.primary() || matched < plan.controls(ControlKind.MATCHED) ? drawn : Math.min(DESCRIBING, drawn);
  }

  /// Arms in the order base, empty mask, set, named sets: the same for every plan.
  private List<List<Gates>> fixed(Treatment plan) {
    List<List<Gates>> arms = new ArrayList<>();
    Treated target = plan.target(model::width);
    arms.add(List.of(open(plan)));
    arms.add(List.of(nowhere(target.draws().getFirst())));
    arms.add(target.draws());
    plan.others(model::width).values().forEach(other -> arms.add(other.draws()));
    return arms;
  }

  /// What messages call an arm that every plan has.
  private static String name(Treatment plan, int arm) {
    return switch (arm) {
      case 0 -> "base";
      case 1 -> "empty mask";
      case 2 -> plan.set();
      default -> "named";
    };
  }

  private Gates open(Treatment plan) {
    return Gates.none().over(plan.hooks(), model::width);
  }

  /// Every arm by itself: none waits for what another one gave.
  private Measured primary(Treatment plan, Measurement measurement, boolean predicted) {
    List<List<Gates>> fixed = fixed(plan);
    int matched = plan.controls(ControlKind.MATCHED);
    int uniform = plan.controls(ControlKind.RANDOM);
    String name = name(plan, measurement);
    List<Readings> arms = pieces.all(progress, title(plan, measurement), "arm",
        task -> Work.of(name, Readings.class, fixed.size() + matched + uniform, arm -> {
          if (arm < fixed.size()) {
            return measure(measurement, fixed.get(arm), name(plan, arm), task);
          }
          int control = arm - fixed.size();
          Treated treated = control < matched
              ? plan.control(ControlKind.MATCHED, control, model::width)
              : plan.control(ControlKind.RANDOM, control - matched, model::width);
          return measure(measurement, treated.draws(), "control", task).withoutCompletions();
        }));
    List<Predictions> predictions = predicted
        ? pieces.all(Work.of(name + ", predictions", PredictedArms.class, 1,
            _ -> new PredictedArms(predictions(plan, measurement, matched)))).getFirst().arms
        : List.of();
    int n = fixed.size();
    return new Measured(arms.getFirst(), arms.get(1), arms.get(2), arms.subList(3, n), arms.subList(n, n + matched),
        arms.subList(n + matched, n + matched + uniform), predictions);
  }

  private record PredictedArms(List<Predictions> arms) {}

  /// All arms as one piece: how many controls are measured depends on what they give.
  private Measured secondary(Treatment plan, Measurement measurement, boolean predicted) {
    return pieces.all(Work.of(name(plan, measurement), Measured.class, 1, _ -> {
      List<List<Gates>> fixed = fixed(plan);
      int matchedSets = plan.controls(ControlKind.MATCHED);
      try (Progress.Task task = progress.start(title(plan, measurement),
          fixed.size() + plan.controls(ControlKind.RANDOM) + matchedSets, "arm")) {
        List<Readings> arms = IntStream.range(0, fixed.size())
            .mapToObj(arm -> measure(measurement, fixed.get(arm), name(plan, arm), task)).toList();
        Readings base = arms.getFirst();
        Readings target = arms.get(2);
        List<Readings> matched = controls(plan, ControlKind.MATCHED, matchedSets, base, target, measurement, task);
        List<Readings> uniform = controls(plan, ControlKind.RANDOM, randomSets(plan, matched.size()), base, target,
            measurement, task);
        return new Measured(base, arms.get(1), target, arms.subList(3, arms.size()), matched, uniform,
            predicted ? predictions(plan, measurement, matched.size()) : List.of());
      }
    })).getFirst();
  }

  private static String title(Treatment plan, Measurement measurement) {
    String where = plan.hooks().size() == 1 ? plan.hooks().getFirst().toString() : plan.hooks().size() + " hook points";
    return "arms of " + plan.set() + " at " + where + ", " + measurement.outcome();
  }

  /// What distinguishes the arms of a plan from those of a study's others.
  private static String name(Treatment plan, Measurement measurement) {
    return "arms of %s of %s at %s by %s at %s, %s, controls %s".formatted(plan.set(), plan.dataset(), plan.hooks(),
        plan.kind().printed(plan.alpha()), plan.positions(), measurement.outcome(),
        plan.drawn().hex().substring(0, 16));
  }

  private static Gates nowhere(Gates gates) {
    SortedMap<HookPoint, Gate> at = new TreeMap<>(gates.at());
    at.replaceAll((_, gate) -> gate.at(PositionMask.NONE));
    return new Gates(at);
  }

  static Readings measure(Measurement measurement, List<Gates> draws, String name, Progress.Task task) {
    Readings measured = Readings.mean(draws.stream().map(measurement::under).toList());
    for (int i = 0; i < measured.outcomes().length; i++) {
      if (!Double.isFinite(measured.outcomes()[i])) {
        throw new IllegalStateException(
            "the outcome of item " + i + " in arm '" + name + "' must be finite, found " + measured.outcomes()[i]);
      }
    }
    task.step(1);
    return measured;
  }

  /// Whether so many controls measured, and so many of them that do as much damage, leave no doubt that p is large.
  static boolean isPlain(int measured, int exceed) {
    return measured >= MatchedSets.LEAST && exceed >= ENOUGH_EXCEED;
  }

  /// Control arms of one kind of a secondary intervention, in their order: no more than it takes to see that the set is no
  /// more than they are.
  private List<Readings> controls(Treatment plan, ControlKind kind, int available, Readings base, Readings target,
      Measurement measurement, Progress.Task task) {
    double effect = target.effect(base);
    List<Readings> measured = new ArrayList<>();
    int exceed = 0;
    while (measured.size() < available && !isPlain(measured.size(), exceed)) {
      Readings control = measure(measurement, plan.control(kind, measured.size(), model::width).draws(), "control",
          task)
          .withoutCompletions();
      exceed += control.effect(base) <= effect ? 1 : 0;
      measured.add(control);
    }
    if (measured.size() < plan.controls(kind)) {
      task.step(plan.controls(kind) - measured.size());
    }
    return measured;
  }

  /// Of base, the set, named sets and some matched sets, in this order; of an ablation by draws the first.
  private List<Predictions> predictions(Treatment plan, Measurement measurement, int matchedSets) {
    List<Gates> arms = new ArrayList<>();
    arms.add(open(plan));
    arms.add(plan.target(model::width).draws().getFirst());
    plan.others(model::width).values().forEach(set -> arms.add(set.draws().getFirst()));
    IntStream.range(0, Math.min(PREDICTED_CONTROLS, matchedSets))
        .forEach(i -> arms.add(plan.control(ControlKind.MATCHED, i, model::width).draws().getFirst()));
    return measurement.predictions(arms);
  }

  private static Predictions at(List<Predictions> predictions, int arm) {
    return arm < predictions.size() ? predictions.get(arm) : null;
  }

  private static Arm arm(String name, int coordinates, Readings base, Readings arm, Measurement measurement,
      Predictions predictions, RandomGenerator random) {
    String[] problems = measurement.problems();
    Prediction prediction = predictions == null ? null : predictions.summary(problems, random);
    McNemarTable table = coordinates == 0 ? null : measurement.table(base.outcomes(), arm.outcomes());
    return new Arm(name, coordinates, Bootstrap.meanByProblem(problems, arm.outcomes(), random),
        arm.effect(base, problems, random), table, arm.writing(problems, random), prediction);
  }

  private static Controls controls(String[] problems, Readings base, Readings target, List<Readings> arms,
      int available, Prediction prediction, RandomGenerator random) {
    double effect = target.effect(base);
    List<Double> effects = arms.stream().map(arm -> arm.effect(base)).toList();
    double p = EmpiricalP.low(effect, effects.stream().mapToDouble(Double::doubleValue).toArray());
    Estimate excess = arms.isEmpty()
        ? Estimate.exact(Double.NaN)
        : target.effect(Readings.mean(arms), problems, random);
    return new Controls(effects, available, p, p, (int) effects.stream().filter(control -> control == effect).count(),
        excess, Readings.writing(arms), prediction);
  }
}
