package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.TransferResults.Curve;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

/// What transfer results say, in sentences.
///
/// @param statements between tasks of each run first, then between runs, then what only curves can say
public record TransferSummary(List<Statement> statements) {
  private static final double ALPHA = 0.05;
  private static final double NEARLY_ALL = 0.8;
  private static final double HARDLY = 0.1;

  public TransferSummary {
    statements = List.copyOf(statements);
  }

  /// One question answered.
  ///
  /// @param question e.g. `between the tasks of step2000`
  /// @param first a run
  /// @param second another, or the same where its tasks are compared
  /// @param sets whether the sets overlap beyond chance after correction: YES at four fifths of the places or more, NO at less
  ///     than a tenth, which false discoveries may be; UNDECIDED between
  /// @param probes whether a probe works elsewhere, likewise: its 95 % interval lies above ½ and above prompt length
  /// @param sentence both in words, with figures
  public record Statement(String question, String first, String second, Verdict sets, Verdict probes, String sentence) {
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
      statements.add(statement(results, "between the tasks of " + run, run, run,
          (a, b) -> a.run().equals(run) && b.run().equals(run)));
    }
    results.bases().forEach(basis -> {
      if (basis.common()) {
        statements.add(
            statement(results, "between " + basis.first() + " and " + basis.second(), basis.first(), basis.second(),
                (a, b) -> (a.run().equals(basis.first()) && b.run().equals(basis.second()))
                    || (a.run().equals(basis.second()) && b.run().equals(basis.first()))));
      } else {
        statements.add(curves(results, basis.first(), basis.second(), basis.reason()));
      }
    });
    return new TransferSummary(statements);
  }

  @FunctionalInterface
  private interface Between {
    boolean test(Place a, Place b);
  }

  private static Statement statement(TransferResults results, String question, String first, String second,
      Between between) {
    // One ranking: the one whose overlap has a ceiling.
    List<SetOverlap> overlaps = results.overlaps().stream()
        .filter(o -> between.test(o.first(), o.second()) && o.ranking().equals(SetComparison.LINEAR_WEIGHT)).toList();
    List<FunctionalTransfer> transfers = results.functional().stream().filter(f -> between.test(f.from(), f.to()))
        .toList();
    if (overlaps.isEmpty() && transfers.isEmpty()) {
      return new Statement(question, first, second, Verdict.NOT_TESTED, Verdict.NOT_TESTED,
          "Transfer %s was not tested: there are no two places to compare.".formatted(question));
    }
    Verdict sets = verdict(overlaps, o -> o.q() < ALPHA);
    Verdict probes = verdict(transfers, TransferSummary::works);
    String sentence = String.format(Locale.ROOT,
        "%s: %d of %d pairs of sets overlap beyond chance after correction, mean IoU %.3f, chance %.3f (ranked on halves of the data: %.3f between places, %.3f within one). %s: %d of %d predict outcomes better than chance and than prompt length, %d better than chance alone; mean AUROC %.3f beside %.3f of the place's own.",
        words("The sets", sets) + " " + question, count(overlaps, o -> o.q() < ALPHA), overlaps.size(),
        mean(overlaps.stream().mapToDouble(SetOverlap::iou).toArray()),
        mean(overlaps.stream().mapToDouble(SetOverlap::chance).toArray()),
        mean(overlaps.stream().mapToDouble(SetOverlap::halves).toArray()),
        mean(overlaps.stream().mapToDouble(SetOverlap::ceiling).toArray()),
        probes == Verdict.NO && transfers.stream().anyMatch(f -> f.restandardised().low() > 0.5)
            ? "The transferred probes are not shown to know more than prompt length"
            : words("The probes", probes),
        count(transfers, TransferSummary::works), transfers.size(),
        count(transfers, f -> f.restandardised().low() > 0.5),
        mean(transfers.stream().mapToDouble(f -> f.restandardised().value()).toArray()),
        mean(transfers.stream().mapToDouble(f -> f.own().value()).toArray()));
    return new Statement(question, first, second, sets, probes, sentence);
  }

  /// Above ½ and above the prompt's length, both by their 95 % intervals.
  private static boolean works(FunctionalTransfer f) {
    return f.restandardised().low() > 0.5 && f.gain().low() > 0;
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

  private static <T> Verdict verdict(List<T> all, Predicate<T> holds) {
    long n = count(all, holds);
    return all.isEmpty()
        ? Verdict.NOT_TESTED
        : n < HARDLY * all.size() ? Verdict.NO : n >= NEARLY_ALL * all.size() ? Verdict.YES : Verdict.UNDECIDED;
  }

  private static String words(String what, Verdict verdict) {
    return what + switch (verdict) {
      case YES -> " transfer";
      case UNDECIDED -> " transfer at some places only";
      case NO -> " do not transfer";
      case NOT_TESTED -> " were not tested";
    };
  }

  private static <T> long count(List<T> all, Predicate<T> holds) {
    return all.stream().filter(holds).count();
  }

  private static double mean(double... values) {
    return Arrays.stream(values).filter(Double::isFinite).average().orElse(Double.NaN);
  }
}
