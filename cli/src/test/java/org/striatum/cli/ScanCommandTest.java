package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.scan.ScanResults;
import org.striatum.probe.run.RecordJson;

/// `scan` as it is typed.
@Order(4)
class ScanCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

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
    assertThat(session.out()).contains("step9-copy has the same files as step9: studied once", "time: about ",
        "disk: at most 0.4 GB of hidden states");
    assertThat(folder.resolve("scan")).doesNotExist();
  }

  @Test
  @Tag("slow")
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
  void everyOptionReachesTheStudies() throws Exception {
    Path series = checkpoint("step1").getParent();
    Path file = Files.writeString(folder.resolve("scan.yaml"), "checkpoints: series\nprobe: --epochs 3\nseed: 7\n");
    List<Object> options = new ArrayList<>(List.of("--config", file, "--json"));
    options.addAll(Session.SMALL_STUDY);
    Session session = plan(options.toArray());
    assertThat(session.code()).as(session.err()).isZero();
    List<String> command = new ArrayList<>();
    JSON.readTree(session.out()).at("/units/0/command").forEach(word -> command.add(word.textValue()));
    List<String> expected = new ArrayList<>(List.of("study", series.resolve("step1").toString(), "--seed", "7"));
    expected.addAll(Session.SMALL_STUDY);
    expected.addAll(List.of("--output", folder.resolve("scan/step1").toString()));
    assertThat(command).as("--probe of the file gives way").hasSameSizeAs(expected).containsAll(expected);
    JsonNode settings = JSON.readTree(session.out()).path("settings");
    assertThat(settings.at("/rollouts/seed").isIntegralNumber()).isTrue();
    assertThat(settings.at("/rollouts/sampling/topP").isNumber()).isTrue();
    assertThat(settings.at("/sets/0/name").textValue()).isEqualTo("mul");
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
    assertThat(refused(ExitCode.USAGE, plan(series, "--probe", "--rotations none"))).contains("in --probe", "none");
    assertThat(refused(ExitCode.USAGE, plan(series, "--probe", "--resampled-sets 1"))).contains("stability");
    assertThat(refused(ExitCode.USAGE, plan(series, "--ablate", "--kind melt"))).contains("melt");
    assertThat(refused(ExitCode.USAGE, plan(series, "--ablate", "--controls 2"))).contains("at least 19");
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Session unwritable = Session.of("scan", series, "--output", file);
    assertThat(unwritable.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unwritable.err()).contains("cannot be written");
    assertThat(folder.resolve("scan")).doesNotExist();
  }

  /// A scan of a checkpoint and of one that cannot be read. What is printed is held against the schema by the session.
  @Test
  @Tag("slow")
  void jsonHasEveryCheckpointWithWhatBecameOfIt() throws Exception {
    checkpoint("step1");
    Path cut = checkpoint("step22").resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 9));
    Path scan = folder.resolve("scan");
    Session session = Session.of(Stream.concat(Stream.of("scan", folder.resolve("series"), "--json", "--output", scan),
        Session.SMALL_STUDY.stream()).toArray());
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.PARTIAL);
    JsonNode printed = JSON.readTree(session.out());
    assertThat(printed.path("outcomes").findValuesAsText("name")).containsExactly("step1", "step22");
    assertThat(printed.path("outcomes").get(0).path("failure").isNull()).isTrue();
    assertThat(printed.path("outcomes").get(1).path("failure").path("kind").isTextual()).isTrue();
    assertThat(RecordJson.tree(ScanResults.read(scan)).path("outcomes")).isEqualTo(printed.path("outcomes"));
  }

  private static String refused(int code, Session session) {
    assertThat(session.code()).as(session.err()).isEqualTo(code);
    assertThat(session.errorLines()).hasSize(1);
    return session.err();
  }

  @Test
  @Tag("slow")
  void aScanGoesOnBehindBadCheckpoints() throws Exception {
    checkpoint("step1");
    Path holed = checkpoint("step22").resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(holed);
    for (int i = bytes.length / 2; i < bytes.length - 1; i++) {
      bytes[i] = (byte) 0x7f; // 0x7f7f is NaN in F16
    }
    Files.write(holed, bytes);
    Path aborting = checkpoint("step333").resolve("tokenizer.json");
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(aborting.toFile());
    // A character map with one node, out of which the tokenizer's native code reads: it panics, and aborts the process.
    tokenizer.putObject("normalizer").put("type", "Precompiled").put("precompiled_charsmap", "BAAAAAAAAAA=");
    JSON.writeValue(aborting.toFile(), tokenizer);
    checkpoint("step4444");
    Path cut = checkpoint("step55555").resolve("model.safetensors");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 9));
    checkpoint("step666666");
    Path scan = folder.resolve("scan");
    Object[] command = Stream.concat(Stream.of("scan", folder.resolve("series"), "--output", scan),
        Session.SMALL_STUDY.stream()).toArray();
    Session session = Session.of(command);
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.PARTIAL);
    ScanResults results = ScanResults.read(scan);
    assertThat(results.finished()).extracting(ScanResults.Outcome::name).containsExactly("step1", "step4444",
        "step666666");
    assertThat(results.failed()).extracting(one -> one.name() + " " + one.failure().kind())
        .containsExactly("step22 CHECKPOINT", "step333 KILLED", "step55555 CHECKPOINT");
    assertThat(results.failed()).extracting(one -> one.failure().message()).satisfiesExactly(
        holes -> assertThat(holes).contains("NaN"), abort -> assertThat(abort).contains("SIGABRT"),
        truncated -> assertThat(truncated).contains("model.safetensors"));
    assertThat(session.out()).contains("3 of 6 checkpoints studied");
    byte[] manifest = Files.readAllBytes(scan.resolve("step4444/manifest.json"));
    byte[] parquet = Files.readAllBytes(scan.resolve("parquet/neurons.parquet"));
    Session again = Session.of(command);
    assertThat(again.code()).isEqualTo(ExitCode.PARTIAL);
    assertThat(again.err()).contains("step333: failed (killed)", "step4444: finished before, kept",
        "series: finished before, kept", "database: finished before, kept");
    assertThat(scan.resolve("step4444/manifest.json")).hasBinaryContent(manifest);
    assertThat(scan.resolve("parquet/neurons.parquet")).hasBinaryContent(parquet);
    assertThat(scan.resolve("report.html")).content().contains("3 of 6 checkpoints studied, 3 failed");

    assertThat(Session.of("verify", scan).out()).contains("  = results/series.json: computed again, the same",
        "  = results.duckdb: filled again, with the same rows as in parquet/");
    Files.delete(scan.resolve("results.duckdb"));
    Session missing = Session.of("verify", scan);
    assertThat(missing.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(missing.out()).contains("≠ results.duckdb: ").contains("(no results.duckdb in it)");
    Session.of(command);
    Files.copy(scan.resolve("parquet/lives.parquet"), scan.resolve("parquet/turnover.parquet"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(Session.of("verify", scan).out()).contains("parquet/turnover.parquet (database) has checksum");
  }
}
