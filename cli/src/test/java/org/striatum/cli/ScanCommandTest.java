package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.scan.ScanResults;

/// `scan` as it is typed.
class ScanCommandTest {
  @TempDir
  private Path folder;

  private Path checkpoint(String name) throws Exception {
    Path copy = Session.copy(REASONER, folder.resolve("series").resolve(name));
    // The same model in other files: another checkpoint.
    Files.writeString(copy.resolve("config.json"),
        Files.readString(copy.resolve("config.json")) + " ".repeat(name.length()));
    return copy;
  }

  private Session plan(Object... arguments) {
    return Session.of(Stream.of(Stream.of("scan"), Arrays.stream(arguments),
        Stream.of("--dry-run", "--output", folder.resolve("scan"))).flatMap(words -> words).toArray());
  }

  @Test
  void thePlanComesFirstAndADryRunStopsThere() throws Exception {
    checkpoint("step10");
    checkpoint("step9");
    Files.createDirectories(folder.resolve("series/again"));
    Session.copy(folder.resolve("series/step9"), folder.resolve("series/step9-copy"));
    Session session = plan(folder.resolve("series/step*"), "--tasks", "add,mul", "--effort", "quick", "--limit", 100);
    assertThat(session.code()).as(session.err()).isZero();
    assertThat(session.out().lines().map(line -> line.replaceFirst(" .*", "")).toList()).startsWith("checkpoint",
        "step9",
        "step10");
    assertThat(session.out()).contains("step9-copy holds the same files as step9: studied once", "time: about 4 min",
        "disk: at most 0.4 GB of hidden states");
    assertThat(folder.resolve("scan")).doesNotExist();
  }

  @Test
  void aDescriptionInYamlAndFlagsThatOverrideIt() throws Exception {
    checkpoint("step1");
    Path file = folder.resolve("scan.yaml");
    Files.writeString(file, "checkpoints: [series]\ntasks: [add, mul]\nlimit: 100\neffort: quick\n");
    assertThat(plan("--config", file).out()).contains("step1 ", "at most 0.2 GB");
    assertThat(plan("--config", file, "--limit", 200).out()).contains("at most 0.4 GB");
    Files.writeString(file, "checkpoints: [series]\noutput: here\n");
    assertThat(refused(ExitCode.USAGE, plan("--config", file))).contains("found 'output'");
    Files.writeString(file, "checkpoints: {a: b}\n");
    assertThat(refused(ExitCode.BAD_DATA, plan("--config", file))).contains("a value or a list of values");
    Files.writeString(file, "checkpoints: [\n");
    assertThat(refused(ExitCode.BAD_DATA, plan("--config", file))).contains("is not valid YAML");
    assertThat(refused(ExitCode.BAD_DATA, plan("--config", folder.resolve("absent.yaml")))).contains("does not exist");
  }

  @Test
  void badArgumentsAreRefusedBeforeAnyWork() throws Exception {
    Path series = checkpoint("step1").getParent();
    assertThat(refused(ExitCode.USAGE, plan())).contains("a scan needs checkpoints");
    assertThat(refused(ExitCode.USAGE, plan(folder.resolve("none*")))).contains("no checkpoint matches");
    assertThat(refused(ExitCode.USAGE, plan(folder.resolve("series/step1/absent")))).contains("no checkpoint at");
    assertThat(refused(ExitCode.USAGE, plan(series, "--tasks", "sums"))).contains("sums");
    assertThat(refused(ExitCode.USAGE, plan(series, "--limit", "many"))).contains("many");
    assertThat(refused(ExitCode.USAGE, plan(series, "--with", series))).contains("--with");
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Session unwritable = Session.of("scan", series, "--output", file);
    assertThat(unwritable.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unwritable.err()).contains("cannot be written");
    assertThat(folder.resolve("scan")).doesNotExist();
  }

  private static String refused(int code, Session session) {
    assertThat(session.code()).as(session.err()).isEqualTo(code);
    assertThat(session.errorLines()).hasSize(1);
    return session.err();
  }

  @Test
  @Tag("slow")
  void aScanGoesOnBehindBadCheckpoints() throws Exception {
    Path holed = checkpoint("step1").resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(holed);
    for (int i = bytes.length / 2; i < bytes.length - 1; i++) {
      bytes[i] = (byte) 0x7f; // 0x7f7f is NaN in F16
    }
    Files.write(holed, bytes);
    Path cut = checkpoint("step22").resolve("model.safetensors");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 9));
    checkpoint("step333");
    Path scan = folder.resolve("scan");
    List<Object> command = List.of("scan", folder.resolve("series"), "--tasks", "mul", "--effort", "quick", "--limit",
        60, "--dopamine", "-k 4 --rollouts 20 --retrainings 1", "--output", scan);
    Session session = Session.of(command.toArray());
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.PARTIAL);
    ScanResults results = ScanResults.read(scan);
    assertThat(results.finished()).extracting(ScanResults.Outcome::name).containsExactly("step333");
    assertThat(results.failed()).extracting(one -> one.name() + " " + one.failure().kind())
        .containsExactly("step1 CHECKPOINT", "step22 CHECKPOINT");
    assertThat(results.failed().getFirst().failure().message()).contains("NaN");
    byte[] manifest = Files.readAllBytes(scan.resolve("step333/manifest.json"));
    byte[] parquet = Files.readAllBytes(scan.resolve("parquet/neurons.parquet"));
    Session again = Session.of(command.toArray());
    assertThat(again.err()).contains("step1: failed (checkpoint)", "step333: finished before, kept");
    assertThat(scan.resolve("step333/manifest.json")).hasBinaryContent(manifest);
    assertThat(scan.resolve("parquet/neurons.parquet")).hasBinaryContent(parquet);
    assertThat(Session.of("verify", scan).code()).isZero();
    assertThat(scan.resolve("report.html")).content().contains("1 of 3 checkpoints studied, 2 failed");
  }
}
