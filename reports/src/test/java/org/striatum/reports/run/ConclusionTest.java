package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.reports.page.Notation;
import org.striatum.studies.intervention.InterventionWords;

class ConclusionTest {
  private static final NullBand BEATEN = new NullBand(199, 0.5, 0.44, 0.56, 0.005);
  private static final NullBand REACHED = new NullBand(199, 0.5, 0.44, 0.56, 0.3);
  private static final Estimate GOOD = new Estimate(0.8, 0.74, 0.86);
  private static final Estimate SHORT_PROMPTS = new Estimate(0.6, 0.55, 0.65);

  @Test
  void saysWhatAProbeReads() {
    assertThat(carries(ExampleRun.oneProbe(GOOD, SHORT_PROMPTS, BEATEN))).isEqualTo(
        "On alone the linear probe at blocks.3.hook_resid_post, chosen on validation problems, predicts success before"
            + " the first generated token with AUROC 0.800 [0.740, 0.860] on 60 test problems (shuffled rewards reach"
            + " 0.440–0.560, p ≤\u202f0.005; prompt length alone gives 0.600).");
  }

  @Test
  void saysWhenPromptLengthReadsAsMuch() {
    assertThat(carries(ExampleRun.oneProbe(GOOD, new Estimate(0.8, 0.75, 0.85), BEATEN)))
        .endsWith("but prompt length alone gives 0.800, so the hidden state is not shown to hold more than the length"
            + " of the prompt.");
  }

  @Test
  void saysWhenNothingIsRead() {
    String words = "success is not shown to be predictable before the first generated token";
    assertThat(carries(ExampleRun.oneProbe(new Estimate(0.55, 0.48, 0.62), SHORT_PROMPTS, BEATEN))).contains(words);
    assertThat(carries(ExampleRun.oneProbe(GOOD, SHORT_PROMPTS, REACHED))).contains(words, "p = 0.3");
    assertThat(carries(ExampleRun.oneProbe(Estimate.exact(0.9), SHORT_PROMPTS, BEATEN))).contains(words);
  }

  /// The head of the report and the answers beneath it are of one probe.
  @Test
  void takesFigureAndVerdictFromTheControls() {
    ValueNeuronResults results = ExampleRun.content().values();
    assertThat(results.controls()).isNotEmpty();
    for (DatasetControls controls : results.controls()) {
      ValueNeuronResults alone = new ValueNeuronResults(
          results.datasets().stream().filter(set -> set.dataset().equals(controls.dataset())).toList(),
          results.layers().stream().filter(layer -> layer.dataset().equals(controls.dataset())).toList(),
          List.of(controls));
      Conclusion conclusion = Conclusion.of(ExampleRun.with(alone, null));
      assertThat(conclusion.keys().getFirst().value()).isEqualTo(Notation.auroc(controls.whole().value()));
      assertThat(conclusion.carries()).contains(Notation.auroc(controls.whole()), controls.hook().toString());
      assertThat(conclusion.carries().contains("not shown to be predictable")).isEqualTo(!controls.readable());
    }
  }

  @Test
  void saysTheVerdictInWords() {
    assertThat(uses(Damage.SPECIFIC)).startsWith("Zeroing value@1% (2 coordinates) at blocks.3.hook_resid_post"
        + " changes accuracy on alone from 62.0\u202f% to 41.5\u202f% (−20.5 points [−26.0, −15.0], 200 problems): more"
        + " damage than that of sets of equally large coordinates (q ≤\u202f0.02 against 3 RMS-matched sets), so the effect is"
        + " value-specific. ").contains("would have been specific");
    assertThat(InterventionWords.verdict(ExampleRun.intervention("dopamine@1%", Damage.SPECIFIC, 0.01, 0.02)))
        .isEqualTo("yes (dopamine-specific)");
    assertThat(InterventionWords.verdict(ExampleRun.intervention("mine.txt", Damage.SPECIFIC, 0.01, 0.02)))
        .isEqualTo("yes (specific to these neurons)");
    assertThat(uses(Damage.GENERIC)).contains("the damage is generic");
    assertThat(uses(Damage.NONE)).contains("not shown that the model uses these coordinates");
    assertThat(uses(Damage.UNDECIDED)).contains("undecided whether there is none");
    assertThat(uses(Damage.NOT_TESTED)).contains("without RMS-matched controls (only 7 coordinates within tolerance)",
        "cannot decide whether this is more than an effect of size");
  }

  @Test
  void saysWhatWasNotDone() {
    Conclusion conclusion = Conclusion.of(ExampleRun.with(null, null));
    assertThat(conclusion.carries()).isEqualTo("Value neurons were not studied in this run.");
    assertThat(conclusion.uses()).contains("no intervention was made");
    assertThat(conclusion.damage()).isNull();
    assertThat(conclusion.keys()).isEmpty();
    assertThat(carries(new ValueNeuronResults(List.of(), List.of()))).contains("nothing is known");
  }

  @Test
  void choosesOnValidationAndNotOnTest() {
    ValueNeuronResults results = ExampleRun.content().values();
    Selection selection = Selection.all(results).getFirst();
    assertThat(Selection.layers(results, selection.dataset()))
        .allSatisfy(layer -> assertThat(layer.probes()).allSatisfy(
            probe -> assertThat(probe.validation()).isLessThanOrEqualTo(selection.probe().validation())));
  }

  private static String carries(ValueNeuronResults values) {
    return Conclusion.of(ExampleRun.with(values, null)).carries();
  }

  private static String uses(Damage damage) {
    InterventionResults results = new InterventionResults(List.of(ExampleRun.intervention(damage, 0.01, 0.02)),
        List.of(), List.of());
    Conclusion conclusion = Conclusion.of(ExampleRun.with(null, results));
    assertThat(conclusion.damage()).isEqualTo(damage);
    return conclusion.uses();
  }
}
