package org.striatum.peft.nta.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.peft.nta.experiment.SwitchingExperiments;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.run.AlternatingBlocks;
import org.striatum.peft.nta.run.DivergedException;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.peft.nta.setting.GatedPaths;
import org.striatum.peft.nta.setting.LearningDynamics;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.setting.TaskBlocks;
import org.striatum.peft.nta.setting.TaskShape;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.OtherFormatException;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.RecordJson;

class NtaStudyTest {
  private static final NtaSettings BRIEF = new NtaSettings(TaskShape.orthogonal(8, 2, 2), new GatedPaths(2, false),
      new LearningDynamics(0.2, 0.03, new GateRegulariser(0.1, 1, GateRegulariser.Norm.L1, 10), 0.002, 20),
      TaskBlocks.of(4, 0.2), 0.02);

  @TempDir
  private Path folder;

  private static NtaStudy study(int threads, KeptRuns kept) {
    return new NtaStudy(4, 11, threads, kept, Progress.NONE);
  }

  @Test
  void theNumberOfThreadsChangesNothing() throws IOException {
    byte[] one = RecordJson.pretty(SwitchingExperiments.flexible(study(1, KeptRuns.NONE), BRIEF));
    assertThat(RecordJson.pretty(SwitchingExperiments.flexible(study(3, KeptRuns.NONE), BRIEF))).isEqualTo(one);
  }

  @Test
  void resultsComeBackFromJson() throws IOException {
    NtaResults results = SwitchingExperiments.flexible(study(2, KeptRuns.NONE), BRIEF);
    byte[] json = RecordJson.pretty(results);
    assertThat(RecordJson.pretty(RecordJson.parse(json, NtaResults.class, "here"))).isEqualTo(json);
  }

  /// What was finished is read, what was not is run, and the results are the same.
  @Test
  void goesOnWhereItStopped() throws IOException {
    KeptRuns kept = new KeptRuns(folder);
    AtomicInteger runs = new AtomicInteger();
    SimulatedArm counted = new SimulatedArm("counted", BRIEF, true, seed -> {
      runs.incrementAndGet();
      return AlternatingBlocks.run(BRIEF, seed);
    });
    List<List<NtaRun>> first = study(2, kept).runs(List.of(counted));
    assertThat(runs).hasValue(4);
    try (var files = Files.list(folder)) {
      Files.delete(files.sorted().findFirst().orElseThrow());
    }
    List<List<NtaRun>> second = study(2, kept).runs(List.of(counted));
    assertThat(runs).hasValue(5);
    assertThat(RecordJson.compact(second)).isEqualTo(RecordJson.compact(first));
    study(2, kept).runs(List.of(counted.atEnd()));
    assertThat(runs).as("only how runs end is another thing to keep").hasValue(9);
  }

  @Test
  void saysWhichRunIsDamagedOrDiverged() throws IOException {
    KeptRuns kept = new KeptRuns(folder);
    study(1, kept).runs(List.of(SimulatedArm.of("a", BRIEF)));
    try (var files = Files.list(folder)) {
      Files.writeString(files.findFirst().orElseThrow(), "{");
    }
    assertThatThrownBy(() -> study(2, kept).runs(List.of(SimulatedArm.of("a", BRIEF))))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(folder.toString());
    NtaSettings coarse = BRIEF
        .withDynamics(BRIEF.dynamics().withGates(1e-6, BRIEF.dynamics().regulariser()));
    assertThatThrownBy(() -> study(2, KeptRuns.NONE).runs(List.of(SimulatedArm.of("b", coarse))))
        .isInstanceOf(DivergedException.class).hasMessageStartingWith("b, seed 11: the loss must stay finite");
    assertThatIllegalArgumentException().isThrownBy(() -> new NtaStudy(0, 1, 1, KeptRuns.NONE, Progress.NONE))
        .withMessage("seeds and threads must be ≥ 1, found 0 and 1");
  }

  @Test
  void refusesRunsOfAnotherFormat() throws IOException {
    KeptRuns kept = new KeptRuns(folder);
    study(1, kept).runs(List.of(SimulatedArm.of("a", BRIEF)));
    Path file;
    try (var files = Files.list(folder)) {
      file = files.findFirst().orElseThrow();
    }
    String json = Files.readString(file);
    for (Map.Entry<String, String> other : Map.of("\"format\" : 2,", "found 2: a later version made this file",
        "", "found none: an earlier version made this file, make it again").entrySet()) {
      Files.writeString(file, json.replace("\"format\" : 1,", other.getKey()));
      assertThatThrownBy(() -> study(1, kept).runs(List.of(SimulatedArm.of("a", BRIEF))))
          .isInstanceOf(OtherFormatException.class).hasMessageContaining(file.toString())
          .hasMessageContaining("(kept runs): expected format 1, " + other.getValue());
    }
  }
}
