package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.Decision.Reason;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.reports.page.Notation;
import org.striatum.studies.intervention.InterventionWords;

/// What a run does not show, computed from its records where possible, so that a weak study says so itself.
final class Limitations {
  private static final int FEW_PROBLEMS = 100;
  private static final double LEVEL = 0.05;
  private static final double CHANCE = 0.5;

  private Limitations() {}

  /// The limits of this run's figures, one or two sentences each, worst first.
  static List<String> found(RunReport.Content content) {
    List<String> limits = new ArrayList<>();
    if (content.firstInterventions() != null) {
      List<Intervention> interventions = content.interventions().values().stream()
          .flatMap(one -> one.interventions().stream()).toList();
      interventions.forEach(i -> unsound(limits, i));
      interventions.stream().filter(Intervention::primary).forEach(i -> weak(limits, i));
      undecided(limits, interventions.stream().filter(i -> !i.primary()).toList());
      secondary(limits, interventions);
    }
    if (content.values() != null) {
      Selection.all(content.values()).forEach(s -> selection(limits, s));
      content.values().datasets().forEach(d -> dataset(limits, d));
      searched(limits, content.values());
    }
    return List.copyOf(limits);
  }

  /// What no run of this kind shows, and what this one did not test.
  static List<String> general(RunReport.Content content) {
    List<String> limits = new ArrayList<>(List.of(
        "A probe that predicts the outcome shows that the hidden state carries it, not that the model uses it; only the"
            + " interventions test use.",
        "Zeroing a coordinate moves the model away from the states it was trained on. RMS-matched controls control for"
            + " the size of that move, not for every way in which it may differ."));
    limits.add("A neuron here is a coordinate of the hidden state."
        + (content.values() == null || content.values().controls().isEmpty()
            ? " Whether the code is aligned with coordinates or with other directions was not tested: no rotation control"
                + " was run."
            : ""));
    limits.add("The figures hold for this checkpoint, these problems, this sampling and this seed."
        + (content.transfer() == null
            ? " Transfer to others was not tested."
            : " Transfer was tested only between the tasks and checkpoints named here."));
    if (content.dopamine() == null) {
      limits.add("Dopamine neurons, the second half of the paper, were not studied in this run.");
    }
    return List.copyOf(limits);
  }

  private static void unsound(List<String> limits, Intervention i) {
    if (!i.emptyMaskIdentical()) {
      limits.add("The graph with an empty mask did not give the base outcomes for " + name(i)
          + ": the gate itself changes the model, and the results of this intervention must not be used.");
    }
  }

  private static void weak(List<String> limits, Intervention i) {
    if (i.matched().effects().isEmpty()) {
      limits.add("There is no RMS-matched set for " + name(i)
          + (i.refused() == null ? "" : " (" + i.refused() + ")")
          + ", so its damage may be that of any equally large coordinates.");
    } else if (i.decision().reason() == Reason.TOO_FEW_CONTROLS) {
      limits.add("With " + Notation.count(i.matched().effects().size(), "RMS-matched set") + " for " + name(i)
          + " no p below " + Notation.p(1.0 / (1 + i.matched().available()))
          + " can be reached, which is not enough among "
          + Notation.count(i.decision().tests(), "test") + ".");
    }
    if (i.problems() < FEW_PROBLEMS) {
      double smallest = i.decision().power().smallest();
      limits.add(name(i) + " is based on only " + Notation.count(i.problems(), "test problem")
          + (Double.isFinite(smallest)
              ? ": a drop below " + InterventionWords.size(smallest, i.outcome()) + " would often not be found."
              : "."));
    }
    double base = i.base().outcome().value();
    if (i.outcome() == OutcomeKind.ACCURACY && (base < LEVEL || base > 1 - LEVEL)) {
      limits.add("The unmodified model solves " + Notation.percent(base) + " of the items of " + name(i)
          + ": an effect in one direction is hardly possible.");
    }
  }

  /// Secondary interventions are many: those that say nothing are counted.
  private static void undecided(List<String> limits, List<Intervention> secondary) {
    long untested = secondary.stream().filter(i -> i.verdict() == Verdict.NOT_TESTED).count();
    if (untested > 0) {
      limits.add("Of " + Notation.count(secondary.size(), "secondary intervention") + " " + untested
          + " could not be tested: no RMS-matched set could be drawn, or too few controls for so many tests.");
    }
    long undecided = secondary.stream().filter(i -> i.verdict() == Verdict.UNDECIDED).count();
    if (undecided > 0) {
      limits.add("Of " + Notation.count(secondary.size(), "secondary intervention") + " " + undecided
          + (undecided == 1 ? " is" : " are") + " undecided.");
    }
  }

  private static void secondary(List<String> limits, List<Intervention> interventions) {
    long secondary = interventions.stream().filter(i -> !i.primary()).count();
    if (secondary > 0) {
      limits.add("Only primary interventions were fixed before the run. The p-values of the "
          + Notation.count(secondary, "secondary intervention")
          + " are corrected together (Benjamini–Hochberg) and shown as q.");
    }
  }

  private static void selection(List<String> limits, Selection s) {
    String chosen = "the " + s.probe().probe() + " probe at " + s.hook() + ", best on validation problems,";
    if (!s.beatsPromptLength()) {
      limits.add("On " + s.dataset() + " prompt length alone gives AUROC "
          + Notation.auroc(s.summary().promptLengthAuroc().value()) + ", no less than the "
          + Notation.auroc(s.probe().test().value()) + " of " + chosen.substring(0, chosen.length() - 1)
          + ": there the probe is not shown to read more than the length of the question.");
    } else if (s.probe().test().low() <= s.summary().promptLengthAuroc().value()) {
      limits.add("On " + s.dataset() + " the interval of " + chosen + " includes prompt length's AUROC of "
          + Notation.auroc(s.summary().promptLengthAuroc().value()) + ".");
    }
    NullBand shuffled = s.layer().shuffled();
    if (s.probe().test().low() > CHANCE && shuffled.p() >= LEVEL && shuffled.pValue().atFloor()) {
      limits.add("On " + s.dataset() + " rewards were shuffled only " + Notation.count(shuffled.permutations(), "time")
          + ": no p below " + Notation.significant(shuffled.p(), 2) + " can be reached for " + chosen
          + " whose AUROC is "
          + Notation.auroc(s.probe().test()) + ".");
    } else if (!s.predicts()) {
      limits
          .add("On " + s.dataset()
              + " " + chosen + " is not distinguishable from chance or from shuffled rewards (AUROC "
              + Notation.auroc(s.probe().test()) + ", " + Notation.pEquals(s.layer().shuffled().pValue()) + ").");
    }
  }

  private static void dataset(List<String> limits, DatasetSummary d) {
    if (d.test() < FEW_PROBLEMS) {
      limits.add("AUROCs on " + d.dataset() + " are of " + Notation.count(d.test(), "test problem") + " only.");
    }
    if (d.finished() < 1 - LEVEL) {
      limits.add("On " + d.dataset() + " " + Notation.percent(1 - d.finished())
          + " of the rollouts were truncated before the model ended them; they are graded as they are.");
    }
    if (d.excludedRows() > 0) {
      limits.add("On " + d.dataset() + " " + Notation.count(d.excludedRows(), "state")
          + " contained NaN or ∞ and were excluded.");
    }
  }

  private static void searched(List<String> limits, ValueNeuronResults values) {
    long points = values.layers().stream().map(LayerProbes::hook).distinct().count();
    if (points > 1) {
      limits.add("Probes were fitted at " + Notation.count(points, "hook point")
          + ". The one shown first was chosen on validation problems; the best test figure of a chart is a maximum over"
          + " all of them and too optimistic.");
    }
  }

  private static String name(Intervention i) {
    return i.set() + (i.kind() == AblationKind.ZERO ? "" : " (" + i.treatment() + ")") + " at " + i.where() + " on "
        + i.dataset()
        + " (" + i.outcome() + ")";
  }
}
