package org.striatum.peft.nta.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.result.Finding;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.AlternatingBlocks;
import org.striatum.peft.nta.run.ExactSolution;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.setting.TaskBlocks;
import org.striatum.peft.nta.setting.TwoLayerSettings;
import org.striatum.peft.nta.study.KeptRuns;
import org.striatum.peft.nta.study.NtaStudy;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

class PublishedFiguresTest {
  private static final NtaStudy TEN = new NtaStudy(10, 1, 2, KeptRuns.NONE, Progress.NONE);

  /// What each experiment expects is written where it is run; here every expectation must hold.
  private static void assertHolds(NtaResults results) {
    assertThat(results.findings()).isNotEmpty().allSatisfy(
        finding -> assertThat(finding.verdict()).as(finding.toString()).isIn(Verdict.YES, Verdict.NOT_TESTED));
    assertThat(results.findings()).anyMatch(finding -> finding.verdict() == Verdict.YES);
  }

  @Test
  @Tag("slow")
  void thePublishedFiguresComeOut() throws IOException {
    assertHolds(SwitchingExperiments.flexible(TEN, NtaSettings.flexible()));
    assertHolds(CompositionExperiments.ofTasks(TEN, NtaSettings.taskComposition()));
    assertHolds(CompositionExperiments.ofSubtasks(TEN, NtaSettings.subtaskComposition()));
    assertHolds(TwoLayerExperiment.run(TEN, TwoLayerSettings.fast()));
  }

  @Test
  void theExactSolutionHolds() {
    assertHolds(ExactSolutionExperiment.run(TEN, NtaSettings.reduced(),
        ExactSolution.TAU_C.stream().mapToDouble(Double::doubleValue).toArray()));
  }

  @Test
  void gridsHaveTheirCellsInPlace() throws IOException {
    NtaSettings[][] cells = {{brief(0.02, 0.1), brief(0.1, 0.1)}, {brief(0.02, 0.2), brief(0.1, 0.2)},
        {brief(0.02, 0.4), brief(0.1, 0.4)}};
    NtaStudy two = new NtaStudy(2, 1, 1, KeptRuns.NONE, Progress.NONE);
    NtaResults.Grid grid = GridExperiments.overTauC(two, cells).grids().getFirst();
    assertThat(grid.xs()).containsExactly(0.02, 0.1);
    assertThat(grid.ys()).containsExactly(0.1, 0.2, 0.4);
    assertThat(grid.cells()).hasSize(3).allSatisfy(row -> assertThat(row).hasSize(2));
    double first = AlternatingBlocks.run(cells[2][1], 1).atEnd().figure(NtaRun.TOTAL_ALIGNMENT, 1);
    double second = AlternatingBlocks.run(cells[2][1], 2).atEnd().figure(NtaRun.TOTAL_ALIGNMENT, 1);
    assertThat(grid.cells().get(2).get(1).value()).isEqualTo((first + second) / 2);
  }

  private static NtaSettings brief(double tauC, double blockLength) {
    return NtaSettings.cell(tauC, 0.3, blockLength).withBlocks(TaskBlocks.of(2, blockLength));
  }

  @Test
  void verdictsSayWhatTheFigureAllows() {
    assertThat(Finding.between("a", 1, 2, new Estimate(1.5, 0, 3)).verdict()).isEqualTo(Verdict.YES);
    assertThat(Finding.between("a", 1, 2, new Estimate(2.5, 1.9, 3)).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(Finding.between("a", 1, 2, new Estimate(2.5, 2.1, 3)).verdict()).isEqualTo(Verdict.NO);
    assertThat(Finding.between("a", 1, 2, Estimate.exact(2.5)).verdict()).isEqualTo(Verdict.NO);
    assertThat(Finding.between("a", 1, 2, Estimate.exact(Double.NaN)).verdict()).isEqualTo(Verdict.NOT_TESTED);
    double none = Double.POSITIVE_INFINITY;
    assertThat(Finding.surely("a", 3, none, new Estimate(7, 3.5, 8)).verdict()).isEqualTo(Verdict.YES);
    assertThat(Finding.surely("a", 3, none, new Estimate(7, 2, 8)).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(Finding.surely("a", 3, none, new Estimate(2, 1, 2.9)).verdict()).isEqualTo(Verdict.NO);
    assertThat(Finding.surely("a", 3, none, new Estimate(2, 1, 2.9)).expectation()).isEqualTo("≥ 3");
    assertThat(Finding.surely("a", 0, none, new Estimate(2, 1, 2.9)).expectation()).isEqualTo("> 0");
    assertThat(Finding.between("a", 0, 2e-4, new Estimate(1, 1, 1)).expectation()).isEqualTo("0 to 0.0002");
  }
}
