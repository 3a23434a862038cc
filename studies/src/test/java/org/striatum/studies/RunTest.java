package org.striatum.studies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.datasets.ProblemSets;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronSet;
import org.striatum.studies.run.UnfinishedStudyException;

class RunTest {
  private static final Path CHECKPOINT = Path.of("../checkpoints/tiny-reasoner-step2000");

  @TempDir
  private Path folder;

  /// Everything that can be asked of a run that has rollouts, by name.
  private static Map<String, ThrowingCallable> studies(Run run) {
    return Map.of("capture", () -> run.capture("blocks.0.hook_resid_post"), "probe", run::probe, "dopamine",
        run::dopamine, "ablate", () -> run.ablate("mine", set()), "confidence", run::confidence, "search",
        () -> run.search(s -> s), "answers", run::answers, "rollouts", run::rollouts);
  }

  private static NeuronSet set() {
    return new NeuronSet("mine", new TreeMap<>(Map.of(HookPoint.residPost(0), java.util.List.of(1))));
  }

  @Test
  void beforeItsRolloutsEveryStudySaysThatTheyAreNotFinished() throws IOException {
    try (Run run = Run.create(folder.resolve("run"), CHECKPOINT)) {
      studies(run).forEach((name, study) -> assertThatExceptionOfType(UnfinishedStudyException.class).as(name)
          .isThrownBy(study));
    }
  }

  @Test
  void aClosedRunRefusesWorkAndChangesNothing() throws IOException {
    Run run = Run.create(folder.resolve("run"), CHECKPOINT);
    try (run) {
      run.rollouts(ProblemSets.named("add"), r -> r.withProblems(4).withSamples(1));
    }
    SortedMap<String, byte[]> before = contents();
    studies(run).entrySet().stream().filter(study -> !study.getKey().equals("rollouts"))
        .forEach(study -> assertThatIllegalStateException().as(study.getKey()).isThrownBy(study.getValue()));
    assertThatIllegalStateException().isThrownBy(run::model);
    assertThatIllegalStateException().isThrownBy(run::report);
    assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
  }

  private SortedMap<String, byte[]> contents() throws IOException {
    SortedMap<String, byte[]> contents = new TreeMap<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file.toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
