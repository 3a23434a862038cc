package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.dopamine.DopamineRanking;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.Ranking;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.reports.run.PaperComparison;
import org.striatum.reports.run.PaperComparison.Figure;
import org.striatum.studies.AnswersStep;
import org.striatum.studies.baselines.BaselineResults.BaselineRanking;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.run.RunFolder;

/// A full study as each version of the paper has it, small, on the bundled checkpoint, to its end.
@Tag("slow")
@Order(5)
class PaperStudyTest {
  private static final int WIDTH = 256;

  @TempDir
  private Path folder;

  /// The table of a study, after checking that every row is printed and in the report.
  private Map<Figure, PaperComparison> table(Paper paper, String dopamine) throws IOException {
    Session session = Session.of("study", Session.REASONER, "--tasks", "mul", "--limit", 60, "-k", 2, "--effort",
        "quick", "--top-p", 1, "--max-new-tokens", 110, "--paper", paper.printed(), "--splits", 0, "--probe",
        "--epochs 2 --ranking-passes 2 --planted 0 --probe-seeds 0 --rotations 2 --nested-permutations 1 --permutations 1 --random-sets 2",
        "--dopamine", dopamine, "--ablate", "--attempts 8 --controls 19 --solutions 4 --logprob-controls 19",
        "--search", "-k 2 --problems 2", "--output", folder.resolve("run"));
    assertThat(session.code()).as(session.err()).isZero();
    String report = Files.readString(folder.resolve("run/report.html"));
    Map<Figure, PaperComparison> rows = new EnumMap<>(Figure.class);
    try (RunFolder run = RunFolder.open(folder.resolve("run"))) {
      PaperComparison.all(StudyResults.of(run), run.results(AnswersStep.STUDY).checkpoint())
          .forEach(row -> rows.put(row.figure(), row));
    }
    assertThat(rows.keySet()).isEqualTo(EnumSet.allOf(Figure.class));
    rows.values().forEach(row -> {
      assertThat(session.out()).contains(row.figure().printed(), row.figure().published());
      assertThat(report).contains(row.figure().published());
      row.cases().forEach(one -> assertThat(report).contains(one.of(), one.ours()));
    });
    assertThat(paper.deviations()).allSatisfy(one -> assertThat(session.out()).contains(one));
    rows.values().forEach(row -> row.cases().forEach(one -> assertThat(session.out()).contains(one.of(), one.ours())));
    return rows;
  }

  private StudyResults results() throws IOException {
    try (RunFolder run = RunFolder.open(folder.resolve("run"))) {
      return StudyResults.of(run);
    }
  }

  private static Set<Figure> measured(Map<Figure, PaperComparison> rows) {
    return rows.values().stream()
        .filter(row -> row.cases().stream().anyMatch(one -> one.ours().chars().anyMatch(Character::isDigit)))
        .map(PaperComparison::figure).collect(Collectors.toSet());
  }

  @Test
  void theSecondVersion() throws IOException {
    Map<Figure, PaperComparison> rows = table(Paper.V2, "--rollouts 40 -k 4 --planted 0 --retrainings 1");
    assertThat(measured(rows)).contains(Figure.AUROC, Figure.PRUNED, Figure.VALUE_ZEROED, Figure.RANDOM_ZEROED,
        Figure.MATCHED_ZEROED, Figure.WANDA_ZEROED, Figure.TERMINAL_ONLY_ZEROED, Figure.NEXT_TOKEN_ZEROED,
        Figure.NEXT_TOKEN_OVERLAP).doesNotContain(Figure.RESPONSE_LEFT);

    StudyResults found = results();
    assertThat(found.values().layers()).extracting(LayerProbes::ranking).containsOnly(Ranking.TD_FIRST_LAYER_L1);
    assertThat(found.values().rankingTrainings()).isNotEmpty();
    assertThat(found.baselines().rankings()).hasSize(Baseline.values().length * found.values().layers().size());
    assertThat(found.baselines().rankings()).allSatisfy(ranking -> {
      assertThat(ranking.order()).hasSize(WIDTH).doesNotHaveDuplicates();
      assertThat(ranking.passes()).as("as the value probes").isEqualTo(ranking.baseline() == Baseline.WANDA ? 0 : 2);
    });
    assertThat(found.baselines().rankings().stream().map(BaselineRanking::order).distinct())
        .as("each ranks otherwise").hasSize(found.baselines().rankings().size());
    InterventionResults zeroed = found.interventions().firstEntry().getValue();
    assertThat(zeroed.interventions().stream().filter(Intervention::primary)).as("the value set alone is under test")
        .extracting(Intervention::set).containsExactly("value@1%");
    List<String> sets = Arrays.stream(Baseline.values()).map(one -> one + "@1%").toList();
    assertThat(zeroed.interventions().stream().filter(one -> !one.primary())).extracting(Intervention::set)
        .containsAll(sets);
    assertThat(zeroed.interventions()).allSatisfy(one -> {
      assertThat(one.size()).isEqualTo(3);
      assertThat(one.emptyMaskIdentical()).isTrue();
    });
  }

  @Test
  void theFirstVersion() throws IOException {
    Map<Figure, PaperComparison> rows = table(Paper.V1, "--rollouts 100 --threshold 0.01 --planted 0 --retrainings 1");
    assertThat(measured(rows)).contains(Figure.AUROC, Figure.VALUE_ZEROED, Figure.RANDOM_ZEROED)
        .doesNotContain(Figure.WANDA_ZEROED, Figure.NEXT_TOKEN_OVERLAP);

    StudyResults found = results();
    assertThat(found.baselines()).isNull();
    assertThat(found.surprises()).isNotNull();
    assertThat(found.surprises().responses().size() + found.surprises().notes().size())
        .as("a response, or why there is none").isEqualTo(1);
    for (SurpriseResponse one : found.surprises().responses()) {
      assertThat(found.dopamine().layers()).extracting(layer -> layer.ranking())
          .containsOnly(DopamineRanking.SURPRISE_CONTRAST);
      assertThat(one.neurons().hook()).isGreaterThan(one.ablated().hook());
      assertThat(one.controls()).hasSize(39);
      assertThat(one.base().value()).isFinite();
      assertThat(one.change().value()).isCloseTo(one.left().value() - one.base().value(),
          within(1e-9));
    }
  }
}
