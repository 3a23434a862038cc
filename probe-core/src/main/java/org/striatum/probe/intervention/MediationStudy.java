package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;

/// Puts coordinates of a right run into a wrong run of the same prompt, and back, at the first token in which they differ, and
/// measures how far that moves the model towards what the donor's run does (causal mediation by interchange: Vig et al. 2020,
/// Geiger et al. 2021). Everything is a sum of log-probabilities of tokens that are there: nothing is sampled.
///
/// @param model that ran the rollouts
/// @param progress of long work
public record MediationStudy(GatedModel model, Progress progress) {
  /// A set under test with its controls.
  ///
  /// @param controls each as large as the set
  public record Tested(String dataset, HookPoint hook, String set, List<Integer> coordinates,
      List<List<Integer>> controls) {
    public Tested {
      coordinates = List.copyOf(coordinates);
      controls = controls.stream().map(List::copyOf).toList();
    }
  }

  /// Effects of one pair in one direction, in nats.
  private record Effects(double total, double whole, double set, double[] controls) {}

  /// Both directions.
  ///
  /// @throws NotEnoughData without a pair
  public List<Mediation> run(Tested tested, List<RunPair> pairs, RandomGenerator random) {
    NotEnoughData.require("mediation in " + tested.dataset(), "problems with a right and a wrong run", pairs.size(), 1);
    List<Mediation> found = new ArrayList<>();
    try (Progress.Task task = progress.start("mediation", 2L * pairs.size(), "pair")) {
      for (Transplant transplant : Transplant.values()) {
        List<Effects> effects = new ArrayList<>();
        for (RunPair pair : pairs) {
          effects.add(effects(tested, pair, transplant));
          task.step(1);
        }
        found.add(mediation(tested, pairs, transplant, effects, random));
      }
    }
    return found;
  }

  private Effects effects(Tested tested, RunPair pair, Transplant transplant) {
    boolean rightDonates = transplant == Transplant.RIGHT_INTO_WRONG;
    TokenSequence donor = rightDonates ? pair.right() : pair.wrong();
    TokenSequence receiver = rightDonates ? pair.wrong() : pair.right();
    float[] row = state(donor, tested.hook());
    int width = row.length;
    // Positive towards the donor's rest.
    double before = preference(receiver, donor, receiver, tested.hook(), List.of(Gates.none()))[0];
    double after = preference(donor, donor, receiver, tested.hook(), List.of(Gates.none()))[0];
    List<Gates> arms = new ArrayList<>();
    arms.add(patched(tested.hook(), row, pair.cut(), IntStream.range(0, width).boxed().toList()));
    arms.add(patched(tested.hook(), row, pair.cut(), tested.coordinates()));
    tested.controls().forEach(control -> arms.add(patched(tested.hook(), row, pair.cut(), control)));
    double[] moved = Arrays.stream(preference(receiver, donor, receiver, tested.hook(), arms)).map(m -> m - before)
        .toArray();
    return new Effects(after - before, moved[0], moved[1], Arrays.copyOfRange(moved, 2, moved.length));
  }

  /// The state at the last token of a run's beginning: (width).
  private float[] state(TokenSequence run, HookPoint hook) {
    Recording recording = model.record(List.of(run.prompt()), Set.of(hook), Gates.none());
    int width = recording.widths().get(hook);
    float[] rows = recording.at(hook);
    return Arrays.copyOfRange(rows, rows.length - width, rows.length);
  }

  private static Gates patched(HookPoint hook, float[] row, int position, Collection<Integer> coordinates) {
    return Gates.of(hook, Gate.patching(new TreeMap<>(Map.of(position, row)), coordinates));
  }

  /// log p(the donor's rest) − log p(the receiver's rest) behind a beginning, under each of the gates.
  private double[] preference(TokenSequence beginning, TokenSequence donor, TokenSequence receiver, HookPoint hook,
      List<Gates> gates) {
    List<TokenSequence> items = List.of(RunPair.joined(beginning, donor), RunPair.joined(beginning, receiver));
    try (GatedModel.Scorer scorer = model.scorer(items, Set.of(hook))) {
      return gates.stream().map(scorer::logProbabilities).mapToDouble(both -> both[0] - both[1]).toArray();
    }
  }

  private static Mediation mediation(Tested tested, List<RunPair> pairs, Transplant transplant, List<Effects> effects,
      RandomGenerator random) {
    String[] problems = pairs.stream().map(RunPair::problem).toArray(String[]::new);
    int m = tested.controls().size();
    double[] controls = new double[m];
    Arrays.setAll(controls, c -> effects.stream().mapToDouble(one -> one.controls()[c]).average().orElseThrow());
    double[] sorted = Arrays.stream(controls).sorted().toArray();
    double[] set = effects.stream().mapToDouble(Effects::set).toArray();
    double[] beyond = effects.stream()
        .mapToDouble(one -> one.set() - Arrays.stream(one.controls()).average().orElse(Double.NaN)).toArray();
    double effect = Arrays.stream(set).average().orElseThrow();
    return new Mediation(tested.dataset(), tested.hook(), tested.set(), tested.coordinates().size(), transplant,
        pairs.size(), Bootstrap.meanByProblem(problems, effects.stream().mapToDouble(Effects::total).toArray(), random),
        Bootstrap.meanByProblem(problems, effects.stream().mapToDouble(Effects::whole).toArray(), random),
        Bootstrap.meanByProblem(problems, set, random), m, Arrays.stream(controls).average().orElse(Double.NaN),
        m == 0 ? Double.NaN : Bootstrap.quantile(sorted, 0.025),
        m == 0 ? Double.NaN : Bootstrap.quantile(sorted, 0.975),
        EmpiricalP.high(effect, controls),
        m == 0 ? Estimate.exact(Double.NaN) : Bootstrap.meanByProblem(problems, beyond, random));
  }
}
