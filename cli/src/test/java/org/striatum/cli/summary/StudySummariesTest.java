package org.striatum.cli.summary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.cli.console.Console;
import org.striatum.probe.dopamine.LossPower;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.Transplant;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Estimate;
import org.striatum.studies.answer.Question;
import org.striatum.studies.intervention.MediationWords;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseWords;
import org.striatum.studies.splits.SplitsResults;
import org.striatum.studies.splits.SplitsResults.AnswerShares;

/// What a study prints is what the report's section opens with, and its figures are written in the same way.
class StudySummariesTest {
  private static final Estimate SOME = new Estimate(0.1234, -0.0456, 0.3);

  private static String printed(Record results) {
    StringWriter out = new StringWriter();
    new StudySummaries(new Console(new PrintWriter(out), new PrintWriter(new StringWriter()), Progress.NONE))
        .print(results);
    return out.toString();
  }

  @Test
  void mediation() {
    MediationResults results = new MediationResults(List.of(new Mediation("mul", HookPoint.residPost(1), "value@1%", 3,
        Transplant.RIGHT_INTO_WRONG, 40, SOME, new Estimate(0.5, 0.4, 0.6), SOME, 99, 0.001, -0.02, 0.03, 0.01, SOME)),
        List.of("a note"));
    assertThat(printed(results)).contains(MediationWords.sentence(results) + ".", "note: a note",
        MediationWords.nats(SOME), "25 % of the whole state", "+0.001 nats [−0.020 to +0.030]", "q ≤\u202f0.01");
  }

  @Test
  void surprises() {
    Read read = new Read("value@1%", HookPoint.residPost(1), List.of(2));
    SurpriseResults results = new SurpriseResults(List.of(new SurpriseResponse("mul", read, read, 9, 8, 14, SOME, SOME,
        SOME, SOME, Stream.generate(() -> -0.004).limit(39).toList(), 0.4,
        new LossPower(new PowerCurve(0, 0.5, List.of()), Double.NaN), List.of())), List.of("a note"));
    assertThat(printed(results)).contains(SurpriseWords.sentence(results) + ".", "note: a note",
        "+0.12 [−0.05 to +0.30]", "39 matched sets 0.00");
  }

  @Test
  void splits() {
    SplitsResults results = new SplitsResults(10,
        List.of(new AnswerShares(Question.SPARSE, "mul", 6, 3, 1, 0, "pruned minus whole", SOME)), List.of("a note"));
    assertThat(printed(results)).contains(results.sentence() + ".", results.answers().getFirst().because(),
        "note: a note");
  }
}
