package org.striatum.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.process.ProcessEnd.Finished;
import org.striatum.cli.process.ProcessEnd.Hung;
import org.striatum.cli.process.ProcessEnd.Killed;
import org.striatum.probe.run.UserCache;

/// Whatever happens to the process that runs a checkpoint, this one lives and says what it was.
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CheckpointProcessTest {
  private static final String CLASSES = Path.of("target/classes").toAbsolutePath() + ":"
      + Path.of("target/test-classes").toAbsolutePath() + ":" + placeOf(UserCache.class);

  @TempDir
  private Path folder;

  private static Path placeOf(Class<?> type) {
    return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  private Path crashes() {
    return folder.resolve("crash 100% reports");
  }

  private static List<String> doomed(String end, String checkpoint, long limitMillis) {
    return List.of("-Xmx32m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", CLASSES,
        Doomed.class.getName(), end, checkpoint, Long.toString(limitMillis));
  }

  private ProcessEnd end(String end, String checkpoint, long limitMillis) throws Exception {
    try (CheckpointProcess process = CheckpointProcess.start(doomed(end, checkpoint, limitMillis), crashes(),
        Redirect.to(folder.resolve("out").toFile()), Redirect.to(folder.resolve("err").toFile()))) {
      ProcessEnd reached = process.await();
      assertThat(ProcessHandle.of(process.pid())).isEmpty();
      return reached;
    }
  }

  private String read(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void itsOwnExitCodePassesThrough() throws Exception {
    ProcessEnd end = end("exit", "a-model", 0);
    assertThat(end).isEqualTo(new Finished(5));
    assertThat(end.message()).isEmpty();
  }

  @Test
  void aNativeAbort() throws Exception {
    ProcessEnd end = end("abort", "a-model", 0);
    assertThat(end).isInstanceOfSatisfying(Killed.class, killed -> {
      assertThat(killed.signal().name()).isEqualTo("SIGABRT");
      assertThat(killed.checkpoint()).contains("a-model");
    });
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.message().orElseThrow())
        .startsWith("a-model: the process that ran this checkpoint was killed by SIGABRT: ").contains("--memory");
    assertThat(read("out") + read("err")).isEmpty();
  }

  @Test
  void aCrashOfTheJvmLeavesStandardOutputAlone() throws Exception {
    ProcessEnd end = end("crash", "a-model", 0);
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.message().orElseThrow()).contains("killed by SIGABRT", "-XX:-SuppressFatalErrorMessage");
    assertThat(read("out") + read("err")).isEmpty();
    assertThat(Path.of("")).isDirectoryNotContaining("glob:hs_err*");
  }

  @Test
  @Tag("slow")
  void aCrashReportThatIsAskedForLiesInTheCache() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-XX:-SuppressFatalErrorMessage"));
    arguments.addAll(doomed("crash", "a-model", 0));
    try (CheckpointProcess process = CheckpointProcess.start(arguments, crashes(), Redirect.DISCARD,
        Redirect.DISCARD)) {
      assertThat(process.await()).isInstanceOfSatisfying(Killed.class, killed -> {
        assertThat(killed.signal().name()).isEqualTo("SIGSEGV"); // what the JVM's own abort hides
        Path report = killed.crashReport().orElseThrow();
        assertThat(report).hasParent(crashes()).isNotEmptyFile();
        assertThat(killed.message().orElseThrow()).endsWith("; crash report: " + report);
      });
    }
  }

  @Test
  void killedAsWhenMemoryRunsOut() throws Exception {
    ProcessEnd end = end("kill", "a-model", 0);
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.message().orElseThrow()).startsWith("a-model: ").contains("killed by SIGKILL", "out of memory",
        "--memory low");
  }

  @Test
  void killedBeforeACheckpointWasOpenedBlamesNone() throws Exception {
    ProcessEnd end = end("kill", "", 0);
    assertThat(end.exitCode()).isEqualTo(1);
    assertThat(end.message().orElseThrow()).startsWith("the command was killed by SIGKILL");
  }

  @Test
  void silenceBeyondTheLimitIsAHang() throws Exception {
    ProcessEnd end = end("hang", "a-model", 1000);
    assertThat(end).isEqualTo(new Hung(Duration.ofSeconds(1), Optional.of("a-model")));
    assertThat(end.exitCode()).isEqualTo(3);
    assertThat(end.message().orElseThrow()).startsWith("a-model: ").contains("no progress for 1 s", "--hang-limit");
  }

  @Test
  void workThatBeatsIsNone() throws Exception {
    assertThat(end("work", "a-model", 30_000)).isEqualTo(new Finished(0)); // SilenceTest comes near to limits
    assertThat(read("out")).isEqualToIgnoringNewLines("worked");
  }

  @Test
  void closingEndsIt() throws Exception {
    long pid;
    try (CheckpointProcess process = CheckpointProcess.start(doomed("hang", "a-model", 0), crashes(),
        Redirect.DISCARD, Redirect.DISCARD)) {
      pid = process.pid();
      assertThat(ProcessHandle.of(pid)).isPresent();
    }
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void aFolderForCrashesThatCannotBeMadeIsNoReasonToFail() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    try (CheckpointProcess process = CheckpointProcess.start(doomed("exit", "a-model", 0), file.resolve("below"),
        Redirect.DISCARD, Redirect.DISCARD)) {
      assertThat(process.await()).isEqualTo(new Finished(5));
    }
  }

  /// The supervisor in a process of its own, as the launcher starts it.
  private Process supervisor(String... doomed) throws IOException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx32m", "-cp", CLASSES, "-Djava.io.tmpdir=" + folder, Supervisor.class.getName()));
    command.addAll(doomed(doomed[0], doomed[1], 0));
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile());
    builder.environment().put("STRIATUM_CACHE", folder.resolve("cache").toString());
    builder.environment().remove("ORT_DISABLE_TELEMETRY"); // that of these tests
    return builder.start();
  }

  @Test
  void theSupervisorSaysItInOneLine() throws Exception {
    Process process = supervisor("abort", "two\nlines\u001b[31m");
    assertThat(process.waitFor()).isEqualTo(3);
    assertThat(read("out")).isEmpty();
    assertThat(read("err").lines()).singleElement().asString()
        .startsWith("striatum: two lines\ufffd[31m: the process that ran this checkpoint was killed by SIGABRT: ");
    assertThat(lifeSigns()).isEmpty();
  }

  /// ONNX Runtime sends usage data unless the environment says no.
  @Test
  void theProcessMaySendNoUsageData() throws Exception {
    int code = supervisor("environment", "").waitFor();
    assertThat(code).as(read("err")).isZero();
    assertThat(read("out").lines()).contains("ORT_DISABLE_TELEMETRY=1");
  }

  @Test
  void theProcessEndsWithItsSupervisor() throws Exception {
    Process process = supervisor("hang", "a-model");
    while (!read("err").contains("hanging")) {
      Thread.sleep(20);
    }
    ProcessHandle child = process.children().findFirst().orElseThrow();
    assertThat(lifeSigns()).hasSize(1);
    process.destroyForcibly().waitFor(); // SIGKILL: it cannot say good-bye
    child.onExit().get(30, TimeUnit.SECONDS);
    assertThat(lifeSigns()).isEmpty();
  }

  /// Whoever is killed cannot delete its temporary files: the next command does. While it runs, that of others leaves it alone.
  @Test
  @Tag("slow")
  void theNextCommandDeletesWhatAKilledOneLeft() throws Exception {
    Process process = supervisor("hang", "a-model");
    while (!read("err").contains("hanging")) {
      Thread.sleep(20);
    }
    Path left = temporary().findFirst().orElseThrow();
    Files.writeString(left.resolve("library.so"), "");
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(left, old);
    assertThat(supervisor("exit", "").waitFor()).isEqualTo(5);
    assertThat(temporary()).as("a running command").containsExactly(left);
    ProcessHandle child = process.children().findFirst().orElseThrow();
    process.destroyForcibly().waitFor();
    child.destroyForcibly();
    child.onExit().get(30, TimeUnit.SECONDS);
    assertThat(left.resolve("library.so")).exists();
    Files.setLastModifiedTime(left, old);
    assertThat(supervisor("exit", "").waitFor()).isEqualTo(5);
    assertThat(temporary()).isEmpty();
  }

  @Test
  @Tag("slow")
  void anInterruptedOneLeavesNothing() throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.deleteIfExists(folder.resolve("err"));
      Process process = supervisor("hang", "a-model");
      while (!read("err").contains("hanging")) {
        Thread.sleep(20);
      }
      process.destroy(); // SIGTERM
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
      assertThat(temporary()).isEmpty();
    }
  }

  /// Native libraries are unpacked there.
  @Test
  void theProcessHasAFolderOfItsOwnForTemporaryFiles() throws Exception {
    assertThat(supervisor("temporary", "").waitFor()).as(read("err")).isZero();
    Path its = Path.of(read("out").lines().findFirst().orElseThrow());
    assertThat(its).doesNotExist();
    assertThat(its.getParent()).isEqualTo(folder);
    assertThat(its.getFileName().toString()).startsWith("striatum-");
    assertThat(read("out").lines().skip(1)).as("its cache").containsExactly(folder.resolve("cache").toString());
  }

  private Stream<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".tmp")).toList().stream();
    }
  }

  private List<Path> lifeSigns() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.resolve("life")).filter(Files::exists).toList();
    }
  }

  @Test
  @Tag("slow")
  void aJvmThatFindsNoMemorySaysSoInItsReport() throws Exception {
    Path report = Files.writeString(folder.resolve("hs_err"), """
        #
        # There is insufficient memory for the Java Runtime Environment to continue.
        # Native memory allocation (mmap) failed to map 134217728 bytes.
        """);
    assertThat(Signal.reported(report).orElseThrow().remedy()).contains("not enough memory", "--memory low");
    assertThat(Signal.reported(Files.writeString(report, "# Internal Error"))).isEmpty();
  }

  @Test
  void exitCodesThatAreSignals() {
    assertThat(Stream.of(0, 1, 3, 5, 127, 128, 129, 130, 143, 255).map(Signal::of)).allMatch(Optional::isEmpty);
    assertThat(Stream.of(134, 135, 137, 139).map(code -> Signal.of(code).orElseThrow().name()))
        .containsExactly("SIGABRT", "SIGBUS", "SIGKILL", "SIGSEGV");
  }
}
