package org.striatum.reports.page;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Technical terms, each defined once for every kind of report. A page explains those it uses: in a section at its end,
/// and where a term first appears in a section, on hover, focus and touch.
public final class Glossary {
  private static final List<Term> TERMS = List.of(
      term("AUROC",
          "The probability that a solved rollout scores above a failed one, ties counting half: ½ is chance, 1 is"
              + " perfect.",
          "AUROC", "AUROCs"),
      term("value neuron", "A hidden-state coordinate that carries the model's own estimate of its success.",
          "value neuron", "value neurons", "Value neurons"),
      term("dopamine neuron", "A coordinate that follows the surprise δ of a step and passes all five parts of the"
          + " signature test.", "dopamine neuron", "dopamine neurons", "Dopamine neurons"),
      term("V(t)",
          "The value that a probe predicts from the state after token t: the probability that the rollout will be"
              + " solved.",
          "V(t)", "V(s₀)"),
      term("s₀", "The hidden state at the last prompt position, before anything is generated.", "s₀"),
      term("V̂", "The share of solved rollouts among the continuations sampled from a state.", "V̂"),
      term("δ",
          "Surprise, the reward prediction error (RPE): the change that a step makes in the probability of success. At"
              + " the end it is the reward minus the last value.",
          "δ", "RPE", "δ(t)"),
      term("signature test",
          "The test that distinguishes a dopamine neuron from one that follows value, position or length: five"
              + " parts, all of which must pass on test problems.",
          "signature test", "Signature test"),
      term("RMS-matched",
          "Control coordinates chosen so that each has the size of one of the set, by the root mean square of its"
              + " activation: zeroing them moves the state equally far.",
          "RMS-matched"),
      term("q", "A p-value corrected for the number of tests.", "q"),
      term("Holm", "Correction that bounds the probability of any false finding in a family of tests.", "Holm"),
      term("Benjamini–Hochberg", "Correction that bounds the expected share of false findings among all findings.",
          "Benjamini–Hochberg"),
      term("IoU", "Intersection over union of two sets: 1 if they are the same, 0 if they share nothing.", "IoU",
          "Intersection over union"),
      term("95 % interval",
          "From the 2.5 to the 97.5 percentile of the figure when problems, with all their rollouts, are"
              + " drawn again with replacement.",
          "95 % interval", "95 % intervals", "bootstrapped by problem",
          "bootstrap"),
      term("shuffled rewards",
          "The null: the result when outcomes are assigned to other problems at random and everything is chosen"
              + " again.",
          "shuffled rewards", "Shuffled null", "null"),
      term("nested selection",
          "Hook point, ranking and number of coordinates are chosen again inside every outer fold, so that no"
              + " choice uses the data that are reported.",
          "nested selection", "outer folds"),
      term("hook point", "A named place in the model whose hidden state is read or changed, such as"
          + " blocks.3.hook_resid_post, the residual stream after block 3.", "hook point", "hook points"),
      term("sparse path",
          "Logistic regression with an L1 penalty, from a penalty that allows no coordinate to one that allows"
              + " most.",
          "sparse path", "sparse probe"),
      term("rotated bases",
          "The hidden state in a random rotation: a code that is aligned with single coordinates is lost there, any"
              + " other is found equally well.",
          "rotated bases", "basis-aligned"),
      term("McNemar", "Exact test on paired successes: how many items were broken against how many were repaired.",
          "McNemar"),
      term("KL", "Kullback–Leibler divergence: how far one distribution over next tokens is from another, in nats.",
          "KL"),
      term("Spearman’s ρ", "Correlation of ranks, from −1 to 1.", "Spearman’s ρ", "Spearman's ρ", "ρ"),
      term("Brier score", "Mean squared difference between a predicted probability and the outcome: 0 is best.",
          "Brier score"),
      term("calibration", "Whether a share of x is solved among the rollouts with a predicted probability of x.",
          "calibration",
          "calibration error", "calibrated"),
      term("Φ", "Stability of Nogueira and others (2018): 1 if resamples choose the same set, 0 by chance.", "Φ"),
      term("sinks", "Coordinates whose activation is far above all others'; they are in no control set.", "sinks"),
      term("steering", "Adding to coordinates rather than removing them.", "Steering", "steering"),
      term("coverage",
          "Share of rollouts answered when the least confident are excluded; risk is the share of wrong answers"
              + " among those answered.",
          "coverage"),
      term("gate",
          "The factor of a coordinate: 1 leaves it unchanged, 0 removes it; learned as threshold τ and gain γ.",
          "gate", "gates", "gated", "TauGate"),
      term("mode", "The task or data that a frozen network is specialised to.", "in mode", "mode"));

  private Glossary() {}

  /// A term and its meaning.
  ///
  /// @param id of its entry on the page
  /// @param forms in which it appears
  public record Term(String id, String name, String meaning, List<String> forms) {
    /// The forms, in the format of the page's script.
    public String pattern() {
      return String.join("|", forms);
    }

    private boolean standsIn(String text) {
      return forms.stream().anyMatch(form -> Pattern
          .compile("(?<![\\p{L}\\p{N}_])" + Pattern.quote(form) + "(?![\\p{L}\\p{N}_])").matcher(text).find());
    }
  }

  /// Every term.
  public static List<Term> all() {
    return TERMS;
  }

  /// The terms that appear in a page, in the glossary's order.
  ///
  /// @param html of its sections
  public static List<Term> in(String html) {
    String text = html.replaceAll("<[^>]*>", " ");
    return TERMS.stream().filter(term -> term.standsIn(text)).toList();
  }

  private static Term term(String name, String meaning, String... forms) {
    List<String> letters = new ArrayList<>();
    name.codePoints().forEach(c -> letters.add(c < 0x80 && Character.isLetterOrDigit(c)
        ? Character.toString(Character.toLowerCase(c))
        : c < 0x80 ? "-" : "u" + Integer.toHexString(c)));
    return new Term("term-" + String.join("", letters), name, meaning, List.of(forms));
  }
}
