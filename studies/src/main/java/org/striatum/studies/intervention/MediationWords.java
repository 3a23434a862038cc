package org.striatum.studies.intervention;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.MediationResults.Judged;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Unit;

/// What a mediation study came to, in words: the same on the command line and in reports.
public final class MediationWords {
  private MediationWords() {}

  /// Over all cases, one sentence without its full stop.
  public static String sentence(MediationResults results) {
    List<Judged> judged = results.judged();
    String set = judged.stream().map(one -> one.mediation().set()).distinct().collect(Collectors.joining(", "));
    String claim = "between right and wrong runs of one problem " + (set.isEmpty() ? "a set" : set)
        + " carries more than RMS-matched coordinates do";
    List<Judged> yes = judged.stream().filter(one -> one.verdict() == Verdict.YES).toList();
    long undecided = judged.stream().filter(one -> one.verdict() == Verdict.UNDECIDED).count();
    if (!yes.isEmpty()) {
      Mediation most = yes.stream().map(Judged::mediation).max(Comparator.comparingDouble(one -> one.beyond().value()))
          .orElseThrow();
      return capital(claim) + " in " + of(yes.size(), judged.size()) + ", most on " + place(most) + ": "
          + nats(most.beyond()) + " more, " + share(most);
    }
    return undecided > 0
        ? "It is undecided whether " + claim + ": not shown in any of "
            + counted(undecided) + (undecided < judged.size()
                ? "; in " + (judged.size() - undecided) + " more the whole state is not shown to carry anything"
                : "")
        : "It was not tested whether " + claim
            + (judged.isEmpty()
                ? ""
                : ": in none of " + counted(judged.size()) + " is the whole state shown to carry anything");
  }

  /// The verdict that the sentence tells first.
  public static Verdict verdict(MediationResults results) {
    return results.judged().stream().map(Judged::verdict).min(Comparator.naturalOrder()).orElse(Verdict.NOT_TESTED);
  }

  /// Where: `mul at blocks.1.hook_resid_post, right into wrong`.
  public static String place(Mediation one) {
    return one.dataset() + " at " + one.hook() + ", " + one.transplant().printed();
  }

  /// An effect: `+0.212 nats [+0.100 to +0.310]`.
  public static String nats(Estimate effect) {
    return Unit.NATS.of(effect);
  }

  /// `12 % of the whole state`; says so where that is not known.
  public static String share(Mediation one) {
    return Double.isNaN(one.share())
        ? "the whole state is not shown to carry anything"
        : Unit.SHARE.of(one.share()) + " of the whole state";
  }

  private static String of(long some, long all) {
    return some + " of " + counted(all);
  }

  private static String counted(long cases) {
    return cases + (cases == 1 ? " case" : " cases");
  }

  private static String capital(String clause) {
    return Character.toUpperCase(clause.charAt(0)) + clause.substring(1);
  }
}
