package org.striatum.studies.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.LossPower;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.Transplant;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Row;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.answer.StudyConclusion;

/// The sentences of studies that no question of a full study is about.
class StudyWordsTest {
  private static Mediation mediation(String dataset, double beyond, double p, double whole) {
    Estimate effect = new Estimate(beyond, beyond - 0.05, beyond + 0.05);
    return new Mediation(dataset, HookPoint.residPost(1), "value@1%", 3, Transplant.WRONG_INTO_RIGHT, 40, effect,
        new Estimate(whole, whole - 0.1, whole + 0.1), effect, 99, 0, -0.1, 0.1, p, effect);
  }

  private static MediationResults mediations(Mediation... all) {
    return new MediationResults(List.of(all), List.of());
  }

  @Test
  void mediationTellsItsLargestCaseAndHowManyThereAre() {
    MediationResults shown = mediations(mediation("add", 0.2, 0.01, 0.8), mediation("mul", 0.4, 0.01, 0.8),
        mediation("mod", 0, 0.6, 0.8));
    assertThat(MediationWords.sentence(shown)).contains("in 2 of 3 cases",
        "mul at blocks.1.hook_resid_post, wrong into right", "+0.400 nats [+0.350 to +0.450]",
        "50 % of the whole state");
    assertThat(MediationWords.verdict(shown)).isEqualTo(Verdict.YES);
    MediationResults open = mediations(mediation("mod", 0, 0.6, 0.8), mediation("add", 0.4, 0.01, 0));
    assertThat(MediationWords.sentence(open)).startsWith("It is undecided whether").contains("any of 1 case",
        "in 1 more");
    assertThat(MediationWords.verdict(open)).isEqualTo(Verdict.UNDECIDED);
    assertThat(MediationWords.sentence(mediations(mediation("add", 0.4, 0.01, 0))))
        .startsWith("It was not tested whether").contains("in none of 1 case");
    assertThat(MediationWords.verdict(mediations())).isEqualTo(Verdict.NOT_TESTED);
    assertThat(MediationWords.sentence(mediations())).startsWith("It was not tested whether");
  }

  private static SurpriseResponse response(String dataset, double base, double change, double p) {
    Read read = new Read("dopamine@1%", HookPoint.residPost(2), List.of(1));
    return new SurpriseResponse(dataset, read, new Read("value@1%", HookPoint.residPost(1), List.of(2)), 9, 9, 14,
        new Estimate(base, base - 0.2, base + 0.2), new Estimate(base + change, 0, 1),
        new Estimate(change, change - 0.1, change + 0.1), new Estimate(change, change - 0.1, change + 0.1),
        Stream.generate(() -> 0.0).limit(39).toList(), p, new LossPower(new PowerCurve(0, 0.5, List.of()), Double.NaN),
        List.of());
  }

  @Test
  void surprisesAreToldDatasetByDataset() {
    SurpriseResults results = new SurpriseResults(List.of(response("mul", 0.6, 0.03, 0.4),
        response("add", 0.6, -0.312, 0.025), response("mod", 0.1, -0.4, 0.025)), List.of());
    assertThat(SurpriseWords.sentence(results))
        .isEqualTo("Dopamine neurons lose their response to surprises without the"
            + " value neurons below on add (change of the response: −0.31 deviations [−0.41 to −0.21]);"
            + " undecided on mul (+0.03 deviations [−0.07 to +0.13]); not tested on mod");
    Row row = AnswerMatrix.of(StudyAnswers.of("a checkpoint", Map.of(Question.RESPONSE, SurpriseAnswers.of(results))))
        .row(Question.RESPONSE);
    assertThat(StudyConclusion.sentence(row)).as("the same in the verdict").isEqualTo(SurpriseWords.sentence(results));
    assertThat(SurpriseWords.sentence(new SurpriseResults(List.of(), List.of())))
        .startsWith("It was not tested whether");
  }
}
