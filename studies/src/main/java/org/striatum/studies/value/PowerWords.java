package org.striatum.studies.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.power.PowerCurve.Point;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.PlantedCode;
import org.striatum.probe.value.ValuePower;
import org.striatum.probe.value.ValuePower.Share;
import org.striatum.probe.value.ValueQuestion;
import org.striatum.probe.value.ValueQuestion.Arrangement;

/// What a question about value would have found, in words: planted codes found, the smallest that is found four times in five,
/// and how many problems would do.
final class PowerWords {
  private PowerWords() {}

  static String of(DatasetControls on, ValueQuestion question) {
    ValuePower power = on.power();
    PowerCurve curve = power.curve(question);
    List<String> words = new ArrayList<>();
    words.add(curve.points().stream().filter(point -> point.strength() == power.effect()).findFirst()
        .map(point -> found(point, question) + "; " + smallest(curve, on.testProblems()))
        .orElseGet(() -> unplanted(power)));
    if (question == ValueQuestion.SPARSE) {
      double needed = on.sparsity().problemsForMargin(on.testProblems());
      if (needed > on.testProblems()) {
        words.add(
            String.format(Locale.ROOT, "a difference of 0 would be shown smaller than the margin by about %.0f test"
                + " problems (here %d)", needed, on.testProblems()));
      }
      wrong(power.of(question).filter(share -> share.code().isDeclared() && share.arrangement() == Arrangement.BESIDE
          && share.strength() == power.effect()).toList(), true, "planted beside the real code", words);
    }
    wrong(power.of(question).filter(share -> share.code() == PlantedCode.DENSE).toList(), false,
        "planted in all coordinates", words);
    return String.join("; ", words);
  }

  private static String found(Point point, ValueQuestion question) {
    return String.format(Locale.ROOT, "of codes planted %s with AUROC %s, %d of %d are found (%.0f to %.0f %%)%s",
        question.arrangement().printed(), point.strength(), point.found(), point.planted(), 100 * point.counted().low(),
        100 * point.counted().high(),
        point.isEnough() && !point.isKnown() ? ", too few to know how many would be" : "");
  }

  private static String smallest(PowerCurve curve, int problems) {
    double smallest = curve.smallest();
    if (Double.isNaN(smallest)) {
      return "none of the planted strengths four times in five";
    }
    String seen = String.format(Locale.ROOT, "four in five from %.2f", smallest);
    return curve.isEnough()
        ? seen
        : seen + String.format(Locale.ROOT, ", and %s needs about %.0f test problems (here %d)", curve.effect(),
            curve.problemsNeeded(problems), problems);
  }

  private static String unplanted(ValuePower power) {
    return power.effect() >= power.reach()
        ? String.format(Locale.ROOT,
            "no code of AUROC %s can be planted, the probability of success itself reaches %.2f",
            power.effect(), power.reach())
        : "nothing was planted, so it is not known what would have been found";
  }

  private static void wrong(List<Share> shares, boolean denied, String codes, List<String> words) {
    int planted = shares.stream().mapToInt(Share::planted).sum();
    int wrong = shares.stream().mapToInt(denied ? Share::denied : Share::found).sum();
    if (wrong > 0) {
      words.add("%d of %d codes %s are %s".formatted(wrong, planted, codes, denied ? "denied" : "called so"));
    }
  }
}
