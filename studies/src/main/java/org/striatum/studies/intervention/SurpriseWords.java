package org.striatum.studies.intervention;

import java.util.Comparator;
import java.util.stream.Collectors;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.CaseSentence;

/// What became of responses to surprises, in words: the same on the command line and in reports.
public final class SurpriseWords {
  private static final int PLACES = 2;

  private SurpriseWords() {}

  /// Over all datasets, one sentence without its full stop.
  public static String sentence(SurpriseResults results) {
    String zeroed = results.responses().stream().map(one -> one.ablated().set()).distinct()
        .collect(Collectors.joining(", "));
    String read = results.responses().stream().map(one -> one.neurons().set()).distinct()
        .collect(Collectors.joining(", "));
    String claim = "zeroing " + (zeroed.isEmpty() ? "a set" : zeroed) + " lowers the response of "
        + (read.isEmpty() ? "neurons" : read) + " to surprises more than zeroing RMS-matched sets does";
    return CaseSentence.of(verdict -> clause(verdict, claim), results.responses().stream()
        .map(one -> new CaseSentence.Case(one.dataset(), one.verdict(), deviations(one.change()),
            "change in standard deviations"))
        .toList());
  }

  /// The verdict that the sentence tells first.
  public static Verdict verdict(SurpriseResults results) {
    return results.responses().stream().map(SurpriseResponse::verdict).min(Comparator.naturalOrder())
        .orElse(Verdict.NOT_TESTED);
  }

  private static String clause(Verdict verdict, String claim) {
    return switch (verdict) {
      case YES -> claim;
      case NO -> claim.replaceFirst(" lowers ", " does not lower ");
      case UNDECIDED -> "it is undecided whether " + claim;
      case NOT_TESTED -> "it was not tested whether " + claim;
    };
  }

  /// A response or its change, in standard deviations: `−0.12 [−0.30 to +0.05]`.
  public static String deviations(Estimate response) {
    return response.signed(PLACES);
  }

  /// Where a response is read, and what is set to zero: `dopamine@1% at blocks.3.hook_resid_post, value@1% at …`.
  public static String place(SurpriseResponse one) {
    return one.neurons().set() + " at " + one.neurons().hook() + ", " + one.ablated().set() + " at "
        + one.ablated().hook();
  }
}
