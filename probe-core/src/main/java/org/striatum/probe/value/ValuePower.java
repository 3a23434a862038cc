package org.striatum.probe.value;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.power.PowerCurve.Point;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.ValueQuestion.Arrangement;

/// How often planted codes of success are found on a dataset, question by question.
///
/// @param effect the AUROC of a code at which a *no* must have been a likely *yes*
/// @param reach the AUROC that the planted success probability itself has there: stronger codes cannot be planted; NaN where nothing
///     was
/// @param shares by question, code, arrangement and strength; empty where nothing was planted
public record ValuePower(double effect, double reach, List<Share> shares) {
  /// The share of planted codes that may be answered wrongly.
  public static final double TOLERATED = 0.05;

  public ValuePower {
    shares = List.copyOf(shares);
  }

  /// Nothing planted.
  public static ValuePower none(double effect) {
    return new ValuePower(effect, Double.NaN, List.of());
  }

  /// One kind of planted code at one strength. Planting ends where four in five cannot be reached any more.
  ///
  /// @param strength AUROC that is planted
  /// @param planted how often
  /// @param found how often the answer was *yes*
  /// @param denied how often it was *no*, before power is looked at
  public record Share(ValueQuestion question, PlantedCode code, Arrangement arrangement, double strength, int planted,
      int found, int denied) {}

  /// Shares of one question.
  public Stream<Share> of(ValueQuestion question) {
    return shares.stream().filter(share -> share.question() == question);
  }

  /// Dense codes that were called so, of those planted: `0/12`; `–` where none was.
  public String dense(ValueQuestion question) {
    int planted = sum(dense(), question, Share::planted);
    return planted == 0 ? "–" : sum(dense(), question, Share::found) + "/" + planted;
  }

  private Stream<Share> dense() {
    return shares.stream().filter(share -> share.code() == PlantedCode.DENSE);
  }

  private static int sum(Stream<Share> shares, ValueQuestion question, ToIntFunction<Share> of) {
    return sum(shares.filter(share -> share.question() == question), of);
  }

  private Stream<Share> at(ValueQuestion question, Arrangement arrangement, double strength) {
    return of(question).filter(share -> share.arrangement() == arrangement && share.strength() == strength);
  }

  private static int sum(Stream<Share> shares, ToIntFunction<Share> of) {
    return shares.mapToInt(of).sum();
  }

  /// Codes in one coordinate and in six weaker ones, found in the arrangement that decides.
  public PowerCurve curve(ValueQuestion question) {
    return curve(question, question.arrangement());
  }

  /// The same in any arrangement.
  public PowerCurve curve(ValueQuestion question, Arrangement arrangement) {
    DoubleStream strengths = of(question).filter(share -> share.arrangement() == arrangement)
        .filter(share -> share.code().isDeclared()).mapToDouble(Share::strength).distinct().sorted();
    return new PowerCurve(0.5, effect, strengths.mapToObj(strength -> new Point(strength,
        sum(declared(question, arrangement, strength), Share::planted),
        sum(declared(question, arrangement, strength), Share::found))).toList());
  }

  private Stream<Share> declared(ValueQuestion question, Arrangement arrangement, double strength) {
    return at(question, arrangement, strength).filter(share -> share.code().isDeclared());
  }

  /// The answer that can be given where the test's own is `found`.
  ///
  /// NO stays only if enough planted codes of the declared effect are found, and hardly any beside the real code is denied.
  /// YES stays only if hardly any dense code is called so. Where nothing that was planted is found, the test could not have
  /// passed.
  public Verdict answer(ValueQuestion question, Verdict found) {
    PowerCurve curve = curve(question);
    return switch (found) {
      case YES -> calledDense(question) ? Verdict.UNDECIDED : Verdict.YES;
      case NO -> curve.isBlind()
          ? question.blind()
          : curve.isEnough() && !denies(question) ? Verdict.NO : Verdict.UNDECIDED;
      case UNDECIDED -> curve.isBlind() ? question.blind() : Verdict.UNDECIDED;
      case NOT_TESTED -> Verdict.NOT_TESTED;
    };
  }

  private boolean calledDense(ValueQuestion question) {
    return (question == ValueQuestion.SPARSE || question == ValueQuestion.ALIGNED) && exceeds(
        sum(dense(), question, Share::found), sum(dense(), question, Share::planted));
  }

  private boolean denies(ValueQuestion question) {
    return exceeds(sum(declared(question, Arrangement.BESIDE, effect), Share::denied),
        sum(declared(question, Arrangement.BESIDE, effect), Share::planted));
  }

  private static boolean exceeds(int wrong, int planted) {
    return wrong > TOLERATED * planted;
  }
}
