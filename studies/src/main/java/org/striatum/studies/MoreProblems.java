package org.striatum.studies;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings.Measures;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.value.ProbeStep;

/// What a study must be told so that more problems decide what it left undecided. An answer stands on test problems, and says how many
/// would do; a study is told how many problems of each task there are in all, and some of its parts take no more than their own limit.
///
/// @param problems of each task in all, those that are fitted on among them
/// @param tested about how many of them are test problems
/// @param asked how many problems of each task the study was told
/// @param lacking tasks that have fewer problems than that, and how many they have
/// @param raised limits of parts of the study that would hold the rest back, with what they must be
public record MoreProblems(int problems, int tested, int asked, SortedMap<String, Integer> lacking,
    Map<Limit, Integer> raised) {
  /// What takes more than so many times as many problems is not proposed.
  private static final double MOST = 10;
  private static final int ROUND = 50;

  /// A part's own limit.
  public enum Limit {
    /// Test problems that every arm of an intervention completes.
    ATTEMPTS,
    /// Test problems whose reference solutions every arm scores.
    SOLUTIONS,
    /// Rollouts that are continued.
    CONTINUED
  }

  public MoreProblems {
    lacking = Collections.unmodifiableSortedMap(new TreeMap<>(lacking));
    raised = raised.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(raised));
  }

  /// Whether the study must be told more problems.
  public boolean isLarger() {
    return problems > asked;
  }

  /// What decides every undecided answer for which that is known and within ten times; empty where it is known of none. Where nothing
  /// that was planted is found often enough for a number of problems to follow, that of the task's prospect stands for it.
  ///
  /// @param drawn problems of each task
  public static Optional<MoreProblems> of(AnswerMatrix matrix, StudyPlan plan, Map<String, Integer> drawn,
      List<Prospect> prospects) {
    RolloutSettings rollouts = plan.settings(RolloutStep.STUDY);
    double share = plan.settings(ProbeStep.STUDY).split().test();
    Measures measures = plan.settings(AblationStep.STUDY).measures();
    int continued = plan.settings(DopamineStep.STUDY).continuations().rollouts();
    double most = 0;
    SortedMap<String, Integer> lacking = new TreeMap<>();
    EnumMap<Limit, Integer> raised = new EnumMap<>(Limit.class);
    boolean known = false;
    for (AnswerMatrix.Row row : matrix.asked()) {
      for (Cell cell : row.cells()) {
        Power power = cell.verdict() == Verdict.UNDECIDED ? cell.power().orElse(null) : null;
        Integer here = drawn.get(cell.task());
        if (power == null || here == null) {
          continue;
        }
        double times = Double.isNaN(power.needed()) && power.planted() == Planted.CODES
            ? needed(prospects, cell.task()) / here
            : power.needed() / power.problems();
        if (!(times > 1 && times <= MOST)) {
          continue;
        }
        known = true;
        double total = switch (power.planted()) {
          case CODES -> times * here;
          case DROPS -> raise(raised, Limit.ATTEMPTS, power.needed(), measures.attempts()) / share;
          case LOG_PROBABILITY_DROPS -> raise(raised, Limit.SOLUTIONS, power.needed(), measures.solutions()) / share;
          case NEURONS, LOSSES -> {
            int now = Math.min(continued, here * rollouts.samples());
            raise(raised, Limit.CONTINUED, times * now, continued);
            yield times * Math.min(now, here);
          }
          case SHARED_CODES -> 0;
        };
        most = Math.max(most, total);
        if (total > here && here < rollouts.problems()) {
          lacking.put(cell.task(), here);
        }
      }
    }
    if (!known) {
      return Optional.empty();
    }
    int problems = (int) Math.ceil(most / ROUND) * ROUND;
    return Optional.of(
        new MoreProblems(problems, (int) Math.round(problems * share), rollouts.problems(), lacking, raised));
  }

  private static double needed(List<Prospect> prospects, String task) {
    return prospects.stream().filter(prospect -> prospect.task().equals(task)).flatMapToInt(one -> one.needed().stream())
        .findFirst().orElse(0);
  }

  private static double raise(EnumMap<Limit, Integer> raised, Limit limit, double needed, int now) {
    if (needed > now) {
      raised.merge(limit, (int) Math.ceil(needed), Math::max);
    }
    return needed;
  }
}
