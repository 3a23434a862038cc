package org.striatum.cli.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.WorkUnit;
import org.striatum.cli.scan.ScanResults.Failure;
import org.striatum.cli.scan.ScanResults.Outcome;
import org.striatum.probe.run.DiskFullException;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.probe.run.FolderLock;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.RunFolder;

/// Plans and their course, with studies that only come to an end.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ScanTest {
  private final List<String> memory = new ArrayList<>();
  private final UnitProcess processes = new UnitProcess(StandIn.class.getName(), memory::add);

  /// How a unit ends.
  @FunctionalInterface
  private interface Ending {
    UnitEnd of(WorkUnit unit) throws IOException, InterruptedException;
  }

  /// Units one after another.
  private record Ended(Ending ending) implements UnitRunner {
    @Override
    public int places() {
      return 1;
    }

    @Override
    public void run(List<WorkUnit> units, Watcher watcher) throws IOException, InterruptedException {
      for (WorkUnit unit : units) {
        watcher.prepares(unit);
        watcher.begins(unit, "the test");
        watcher.ends(unit, ending.of(unit));
      }
    }
  }

  @TempDir
  private Path folder;

  private final List<String> notes = new ArrayList<>();
  private final List<String> ran = new ArrayList<>();
  private List<String> options = List.of("--seed", "1");
  private ScanPlan.Settings settings = asked("mul", 1);

  private static ScanPlan.Settings asked(String set, long seed) {
    return new ScanPlan.Settings(List.of(new ScanPlan.Asked(set, null)), RolloutSettings.quick().withSeed(seed),
        "blocks.*.hook_resid_post", null);
  }

  private Path checkpoint(String name, String end) throws Exception {
    Path checkpoint = Files.createDirectories(folder.resolve("series").resolve(name));
    Files.writeString(checkpoint.resolve("config.json"), end);
    Files.writeString(checkpoint.resolve("model.safetensors"), name);
    return checkpoint;
  }

  private Path output() {
    return folder.resolve("scan");
  }

  private ScanPlan plan() throws Exception {
    return ScanPlan.of(sources(CheckpointList.find(List.of(folder.resolve("series").toString()))), options,
        settings, output());
  }

  private static SequencedMap<Path, ModelSource> sources(List<Path> checkpoints) throws Exception {
    SequencedMap<Path, ModelSource> sources = new LinkedHashMap<>();
    for (Path checkpoint : checkpoints) {
      sources.put(checkpoint, ModelSource.of(checkpoint));
    }
    return sources;
  }

  private ScanResults scan(UnitProcess process) throws Exception {
    return scan(unit -> process.run(unit.name(), unit.command(), unit.log()));
  }

  private ScanResults scan(Ending ending) throws Exception {
    return new Scan(output(), plan(), new Ended(unit -> {
      ran.add(unit.name());
      return ending.of(unit);
    }), new Environment("striatum", new TreeMap<>(), 1, "some processor"), notes::add)
        .run(Progress.NONE, (_, _) -> {});
  }

  private static UnitEnd ended(int code) {
    return new UnitEnd(code == 130 ? UnitEnd.Kind.INTERRUPTED : UnitEnd.Kind.FINISHED, code, Optional.empty());
  }

  @Test
  void threeResultsAndThreeRecordedFailuresOfSixCheckpoints() throws Exception {
    checkpoint("step1", "finish");
    checkpoint("step2", "abort");
    checkpoint("step3", "finish");
    checkpoint("step4", "hang");
    checkpoint("step5", "3");
    checkpoint("step6", "finish");
    ScanResults results = scan(processes);
    assertThat(results.finished()).extracting(Outcome::name).containsExactly("step1", "step3", "step6");
    assertThat(results.failed()).extracting(one -> one.name() + " " + one.failure().kind())
        .containsExactly("step2 KILLED", "step4 HUNG", "step5 CHECKPOINT");
    assertThat(results.failed()).extracting(one -> one.failure().message()).satisfiesExactly(
        killed -> assertThat(killed).startsWith("step2: ").contains("SIGABRT"),
        hung -> assertThat(hung).startsWith("step4: ").contains("no progress"),
        refused -> assertThat(refused).isEqualTo("step5 is bad\ufffd"));
    assertThat(ScanResults.read(output())).isEqualTo(results);
    assertThat(notes).as("what was killed or hung is tried three times").hasSize(10)
        .filteredOn(note -> note.contains("tried again")).hasSize(4);
    assertThat(notes).anyMatch(note -> note.startsWith("step5: failed (checkpoint): step5 is bad"));
    assertThat(memory).anyMatch(note -> note.matches("step4: at most [1-9]\\d* MB of private memory"));

    ran.clear();
    ScanResults again = scan(_ -> ended(4));
    assertThat(ran).as("only failed ones are tried again").containsExactly("step2", "step4", "step5");
    assertThat(again.failed()).extracting(one -> one.failure().kind()).containsOnly(Failure.Kind.DATA);
    assertThat(again.finished()).isEqualTo(results.finished());
  }

  @Test
  void otherOptionsOfAStepAreAnotherStudyInTheSameFolder() throws Exception {
    checkpoint("step1", "finish");
    scan(processes);
    options = List.of("--dopamine", "-k 8");
    scan(processes);
    scan(processes);
    assertThat(ran).containsExactly("step1", "step1");
  }

  @Test
  void theSameFilesUnderTwoNamesAreStudiedOnce() throws Exception {
    Path first = checkpoint("step300", "finish");
    Path same = checkpoint("step1000", "finish");
    Files.copy(first.resolve("model.safetensors"), Files.createDirectories(same).resolve("model.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(same.resolve("README.md"), "says nothing about figures");
    checkpoint("step2000", "finish");
    ScanPlan plan = plan();
    assertThat(plan.units()).extracting(ScanUnit::name).containsExactly("step300", "step2000");
    assertThat(plan.repeated()).singleElement().satisfies(repeated -> {
      assertThat(repeated.checkpoint()).endsWith("step1000");
      assertThat(repeated.unit()).isEqualTo("step300");
    });
  }

  @Test
  void aUnitIsACommandWithNamedInputsAndOutput() throws Exception {
    Path checkpoint = checkpoint("step1", "finish");
    ScanUnit unit = plan().units().getFirst();
    assertThat(unit.command()).containsExactly("study", checkpoint.toString(), "--seed", "1", "--output",
        output().resolve("step1").toString());
    assertThat(unit.inputs()).containsOnlyKeys("config.json", "model.safetensors");
    assertThat(Path.of(unit.output())).isEqualTo(output().resolve("step1"));
    scan(processes);
    assertThat(Files.readString(output().resolve("plan.json"))).contains("\"command\"", "\"inputs\"");
  }

  /// Fine-tunes of one base are units of their own, whose inputs are the base's files and the adapter's.
  @Test
  void adaptersOverOneBaseAreUnits() throws Exception {
    Path base = checkpoint("base", "finish");
    SequencedMap<Path, ModelSource> tunes = new LinkedHashMap<>();
    for (String name : List.of("one", "two", "again")) {
      Path tune = Files.createDirectories(folder.resolve("tunes").resolve(name));
      Files.writeString(tune.resolve("adapter_config.json"), "{}");
      Files.writeString(tune.resolve("adapter_model.safetensors"), name.equals("again") ? "two" : name);
      tunes.put(tune, ModelSource.of(base, tune));
    }
    assertThat(CheckpointList.find(List.of(folder.resolve("tunes").toString()))).hasSize(3);
    ScanPlan plan = ScanPlan.of(tunes, List.of("--base", base.toString()), settings, output());
    assertThat(plan.units()).extracting(ScanUnit::name).containsExactly("one", "two");
    assertThat(plan.units().getFirst().inputs()).containsOnlyKeys("config.json", "model.safetensors",
        "adapter_config.json", "adapter_model.safetensors");
    assertThat(plan.repeated()).extracting(ScanPlan.Repeated::unit).containsExactly("two");
  }

  @Test
  void namesAreDistinctAndNotTheScansOwn() throws Exception {
    checkpoint("parquet", "finish");
    Path other = Files.createDirectories(folder.resolve("other/step1"));
    Files.writeString(other.resolve("config.json"), "finish");
    checkpoint("step1", "finish");
    List<Path> found = CheckpointList.find(List.of(folder.resolve("series").toString(), other.toString()));
    assertThat(ScanPlan.of(sources(found), List.of(), settings, output()).units()).extracting(ScanUnit::name)
        .containsExactly("parquet-2", "step1", "step1-2");
  }

  @Test
  void anInterruptedUnitIsNoFailure() throws Exception {
    checkpoint("step1", "finish");
    checkpoint("step2", "finish");
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(
        () -> scan(unit -> ended(unit.name().equals("step1") ? 0 : 130)))
        .withMessageContaining("run the same command again");
    assertThat(ScanResults.read(output()).outcomes()).extracting(Outcome::name).containsExactly("step1");
  }

  @Test
  void oneScanAFolderAtATime() throws Exception {
    checkpoint("step1", "finish");
    try (FolderLock _ = FolderLock.create(output())) {
      assertThatExceptionOfType(UsageException.class).isThrownBy(() -> scan(processes))
          .withMessageContaining("is being written");
    }
  }

  @Test
  void aFolderThatHoldsAScanOfOtherInputsIsRefusedWithTheDifference() throws Exception {
    Path checkpoint = checkpoint("step1", "finish");
    scan(processes);
    byte[] before = Files.readAllBytes(output().resolve("scan.json"));
    settings = asked("add", 2);
    Files.writeString(checkpoint.resolve("model.safetensors"), "other weights");
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> scan(processes)).withMessageContainingAll(
        "rollouts.seed is 1 there and 2 here", "sets[0].name is mul there and add here", "step1 is ",
        "with other files",
        "choose another");
    assertThat(output().resolve("scan.json")).hasBinaryContent(before);
    settings = asked("mul", 1);
    Files.writeString(checkpoint.resolve("model.safetensors"), "step1");
    checkpoint("step2", "finish");
    assertThat(scan(processes).finished()).as("more checkpoints are welcome").hasSize(2);
  }

  @Test
  void aFailedCheckpointMayBeMended() throws Exception {
    checkpoint("step1", "3");
    assertThat(scan(processes).failed()).hasSize(1);
    checkpoint("step1", "finish");
    assertThat(scan(processes).finished()).hasSize(1);
  }

  @Test
  void aRunIsNoScan() throws Exception {
    checkpoint("step1", "finish");
    try (RunFolder run = RunFolder.create(output())) {
      run.settle(Manifest.Inputs.UNSETTLED);
    }
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> scan(processes))
        .withMessageContaining("a run, not a scan");
  }

  @Test
  void aFullDiskEndsTheScanAndSaysHowMuchIsMissing() throws Exception {
    checkpoint("step1", "finish");
    checkpoint("step2", "5");
    checkpoint("step3", "finish");
    assertThatExceptionOfType(DiskFullException.class).isThrownBy(() -> scan(processes)).withMessageContainingAll(
        "step2: step2 is bad", "2 of 3 checkpoints to do, each needs about 0.0 MB", "are missing");
    assertThat(ran).containsExactly("step1", "step2");
    assertThat(ScanResults.read(output()).outcomes()).as("no failure is recorded").extracting(Outcome::name)
        .containsExactly("step1");
  }

  @Test
  void aStudyWhoseScanWasKilledIsGivenTimeToEnd() throws Exception {
    checkpoint("step1", "finish");
    FolderLock dying = FolderLock.create(output().resolve("step1"));
    Thread.ofPlatform().start(() -> {
      try (dying) {
        Thread.sleep(500);
      } catch (InterruptedException | IOException e) {
        throw new IllegalStateException(e);
      }
    });
    assertThat(scan(processes).finished()).hasSize(1);
  }

  @Test
  void studiesMaySendNoUsageData() throws Exception {
    checkpoint("step1", "environment");
    assertThat(scan(processes).finished()).hasSize(1);
    assertThat(output().resolve("step1/study.log")).content().contains("ORT_DISABLE_TELEMETRY=1\n");
  }

  @Test
  void checkpointsComeAsPeopleCount() throws Exception {
    for (String name : List.of("step1000", "step300", "step2000-rft", "step2000")) {
      checkpoint(name, name);
    }
    Files.createDirectories(folder.resolve("series/notes"));
    Files.writeString(folder.resolve("series/README.md"), "not one");
    List<String> expected = List.of("step300", "step1000", "step2000", "step2000-rft");
    for (String argument : List.of("series", "series/step*", "*/*", "s*", "series/{step,x}*")) {
      assertThat(CheckpointList.find(List.of(folder + "/" + argument))).as(argument)
          .extracting(path -> path.getFileName().toString()).isEqualTo(expected);
    }
  }

  @Test
  void whatIsNoCheckpointIsRefused() throws Exception {
    Files.createDirectories(folder.resolve("empty"));
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> CheckpointList.find(List.of(folder + "/nothing*")))
        .withMessageContaining("no checkpoint matches");
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> CheckpointList.find(List.of(folder + "/empty")))
        .withMessageContaining("no config.json in it");
    assertThatExceptionOfType(UsageException.class).isThrownBy(() -> CheckpointList.find(List.of(folder + "/absent")))
        .withMessageContaining("no checkpoint at");
  }
}
