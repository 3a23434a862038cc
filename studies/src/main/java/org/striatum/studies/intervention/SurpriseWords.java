package org.striatum.studies.intervention;

import java.util.stream.Stream;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.CaseSentence;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.Unit;

/// What became of responses to surprises, in words: the same on the command line and in reports.
public final class SurpriseWords {
  private static final int PLACES = 2;

  private SurpriseWords() {}

  /// Over all datasets, one sentence without its full stop: the run's answer to whether the response is lost.
  public static String sentence(SurpriseResults results) {
    return CaseSentence.of(Question.RESPONSE::clause, Stream.concat(
        results.responses().stream().map(SurpriseWords::told),
        results.notes().stream().map(_ -> new CaseSentence.Case(null, Verdict.NOT_TESTED, "", ""))).toList());
  }

  private static CaseSentence.Case told(SurpriseResponse one) {
    boolean tested = one.verdict() != Verdict.NOT_TESTED;
    return new CaseSentence.Case(one.dataset(), one.verdict(), tested ? Unit.DEVIATIONS.of(one.change()) : "",
        tested ? SurpriseAnswers.FIGURE : "");
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
