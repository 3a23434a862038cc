package org.striatum.reports.run;

import java.util.Locale;
import org.striatum.probe.stats.Verdict;

/// The class of the page's style sheet, and the style of charts, that shade a verdict: one shade for each of the four words, in the whole report. The word
/// itself always stands with it.
public final class Tone {
  private Tone() {}

  public static String of(Verdict verdict) {
    return "answer-" + verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
