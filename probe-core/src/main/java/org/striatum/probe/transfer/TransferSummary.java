package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.TransferResults.Curve;
import org.striatum.probe.transfer.TransferResults.PooledProbes;
import org.striatum.probe.transfer.TransferResults.PooledSets;

/// What transfer results say, in sentences.
///
/// @param statements between tasks of each run first, then between runs, then what only curves can say
public record TransferSummary(List<Statement> statements) {
  /// A share of fewer is told as their number.
  private static final int FEW = 100;

  public TransferSummary {
    statements = List.copyOf(statements);
  }

  /// One question answered.
  ///
  /// @param question e.g. `between the tasks of step2000`
  /// @param first a run
  /// @param second another, or the same where its tasks are compared
  /// @param sets whether the sets overlap beyond chance, see [PooledSets]
  /// @param probes whether a probe works elsewhere, see [PooledProbes]
  /// @param sentence both in words, with figures
  public record Statement(String question, String first, String second, Verdict sets, Verdict probes, String sentence) {
    /// Whether both transfer: NO where one does not.
    public Verdict both() {
      return sets == Verdict.NO || probes == Verdict.NO ? Verdict.NO : Verdict.of(List.of(sets, probes));
    }

    /// Whether it is about the tasks of one run.
    public boolean isWithin(String run) {
      return first.equals(run) && second.equals(run);
    }

    /// Whether it is about this run and another.
    public boolean isBetween(String run) {
      return !first.equals(second) && (first.equals(run) || second.equals(run));
    }
  }

  /// Reads the results.
  public static TransferSummary of(TransferResults results) {
    List<Statement> statements = new ArrayList<>();
    for (String run : results.runs()) {
      statements.add(statement(results, "between the tasks of " + run, run, run));
    }
    results.bases()
        .forEach(basis -> statements.add(basis.common()
            ? statement(results, "between " + basis.first() + " and " + basis.second(), basis.first(), basis.second())
            : curves(results, basis.first(), basis.second(), basis.reason())));
    return new TransferSummary(statements);
  }

  private static Statement statement(TransferResults results, String question, String first, String second) {
    PooledSets sets = results.sets().stream()
        .filter(one -> one.first().equals(first) && one.second().equals(second)).findFirst().orElse(null);
    PooledProbes probes = results.probes().stream()
        .filter(one -> one.first().equals(first) && one.second().equals(second)).findFirst().orElse(null);
    if (sets == null && probes == null) {
      return new Statement(question, first, second, Verdict.NOT_TESTED, Verdict.NOT_TESTED,
          "Transfer %s was not tested: there are no two places to compare.".formatted(question));
    }
    return new Statement(question, first, second, sets == null ? Verdict.NOT_TESTED : sets.verdict(),
        probes == null ? Verdict.NOT_TESTED : probes.verdict(),
        Stream.of(sets == null ? null : words(sets, question), probes == null ? null : words(probes))
            .filter(Objects::nonNull).collect(Collectors.joining(" ")));
  }

  private static String words(PooledSets sets, String question) {
    String asked = "The sets (best %s) %s: %s.".formatted(new SetSize(sets.size()).words(), question,
        sets.verdict().printed());
    if (sets.asked() == 0) {
      return String.format(Locale.ROOT,
          "%s In none of %d pairs do the halves of both places' own problems agree on a set more than with shuffled outcomes (%s of it within one place, %s shuffled), so that no other place's set could agree with it.",
          asked, sets.pairs(), percent(sets.ceiling()), percent(sets.chance()));
    }
    String left = sets.asked() < sets.pairs()
        ? String.format(Locale.ROOT, " (%d of %d pairs; in the others a place's own halves do not agree)", sets.asked(),
            sets.pairs())
        : String.format(Locale.ROOT, " (%d pairs)", sets.pairs());
    return String.format(Locale.ROOT,
        "%s %s of a set is in the other place's%s, %s within one place, %s where codes are unrelated (%s, %s): the shared part of a code is estimated at %s, and %s to %s is possible.%s",
        asked, percent(sets.shared()), left, percent(sets.ceiling()), percent(sets.chance()),
        sets.pValue().equation("p"),
        sets.qValue().equation("q"), percent(sets.overlap()), percent(sets.low()), percent(sets.high()), power(sets));
  }

  private static String power(PooledSets sets) {
    return sets.planted().isEmpty()
        ? " Nothing was planted, so that what would have been found is not known."
        : String.format(Locale.ROOT, " Of planted codes that share %s, %s are found; four in five are found %s.",
            percent(sets.effect()),
            sets.declared().filter(one -> one.planted() < FEW).map(one -> one.found() + " of " + one.planted())
                .orElseGet(() -> percent(sets.power())),
            Double.isNaN(sets.smallest())
                ? "at no overlap"
                : "from " + percent(sets.smallest()) + " on");
  }

  private static String words(PooledProbes probes) {
    String asked = "The probes: " + probes.verdict().printed() + ".";
    String own = String.format(Locale.ROOT, "AUROC %s, %s beside prompt length", interval(probes.own()),
        signed(probes.ownGain()));
    if (probes.verdict() == Verdict.NOT_TESTED) {
      return String.format(Locale.ROOT,
          "%s The places' own probes are not shown to know more than prompt length (%s), so that no other's can be.",
          asked, own);
    }
    return String.format(Locale.ROOT,
        "%s Transferred probes reach AUROC %s, %s beside prompt length; the places' own %s (means of %d). A gain of %s of the own would be seen with a power of %s.",
        asked, interval(probes.moved()), signed(probes.gain()), own, probes.transfers(), percent(probes.effect()),
        percent(probes.power()));
  }

  private static Statement curves(TransferResults results, String first, String second, String reason) {
    return new Statement("between " + first + " and " + second, first, second, Verdict.NOT_TESTED, Verdict.NOT_TESTED,
        "Between %s and %s no coordinate can be compared (%s). By curves: %s; %s.".formatted(first, second, reason,
            picture(results, first), picture(results, second)));
  }

  /// A run in figures that need no basis.
  private static String picture(TransferResults results, String run) {
    List<Curve> curves = results.curves().stream().filter(curve -> curve.place().run().equals(run)).toList();
    if (curves.isEmpty()) {
      return run + " has no probe";
    }
    return String.format(Locale.ROOT,
        "in %s a linear probe predicts the outcome at %d of %d places (95 %% interval above one half), at %d above prompt length's upper end, and %d keep nine tenths of that when pruned",
        run, count(curves, c -> c.linear().low() > 0.5), curves.size(),
        count(curves, c -> c.linear().low() > c.promptLength().high()), count(curves, c -> c.linear().low() > 0.5
            && (c.pruned().value() - 0.5) >= 0.9 * (c.linear().value() - 0.5)));
  }

  private static <T> long count(List<T> all, Predicate<T> holds) {
    return all.stream().filter(holds).count();
  }

  private static String percent(double share) {
    return Double.isFinite(share) ? Decimals.of(100 * share, 0) + " %" : "–";
  }

  private static String interval(Estimate estimate) {
    return estimate.printed(3);
  }

  private static String signed(Estimate estimate) {
    return estimate.signed(3);
  }
}
