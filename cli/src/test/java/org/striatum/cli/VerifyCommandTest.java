package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;

/// `verify` on whole and damaged runs.
class VerifyCommandTest {
  @TempDir
  private static Path whole;

  @TempDir
  private Path folder;

  @BeforeAll
  static void makeARun() {
    Session session = Session.of("rollouts", REASONER, "--tasks", "mul", "--limit", 10, "--max-new-tokens", 60,
        "--output", whole);
    assertThat(session.code()).as(session.err()).isZero();
  }

  @Test
  void anUntouchedRunIsWhatItsManifestSays() {
    Session session = Session.of("verify", whole);
    assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.DONE);
    assertThat(session.out().lines()).containsExactly(whole + ": 1 step, 3 files, all as in the manifest",
        "  = rollouts.jsonl: 10 of 10 completions graded again, the same rewards");
    assertThat(Session.of("verify", whole, "--checksums").out().lines()).hasSize(1);
  }

  @Test
  void aChangedAndAMissingFileAreNamed() throws Exception {
    Path run = Session.copy(whole, folder.resolve("run"));
    Path rollouts = run.resolve("rollouts.jsonl");
    Files.writeString(rollouts, Files.readString(rollouts) + "\n");
    Session changed = Session.of("verify", run);
    assertThat(changed.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(changed.out()).contains("1 not as in the manifest", "rollouts.jsonl (rollouts) has checksum ");
    Files.delete(rollouts);
    Session missing = Session.of("verify", run, "--json");
    assertThat(missing.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(missing.out()).contains("\"found\" : null", "\"file\" : \"rollouts.jsonl\"");
  }

  @Test
  void aDamagedStoreIsCountedInTheFirstLine() throws Exception {
    Path run = Session.copy(whole, folder.resolve("run"));
    assertThat(Session.of("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"), "--hooks",
        "blocks.0.hook_resid_post").code()).isZero();
    assertThat(Session.of("verify", run).out()).contains("all as in the manifest");
    Path shard = Session.files(run).stream().filter(file -> file.startsWith("activations/") && !file.endsWith(".json"))
        .map(run::resolve).findFirst().orElseThrow();
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
    Session session = Session.of("verify", run);
    assertThat(session.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(session.out().lines().findFirst().orElseThrow()).endsWith(", 1 finding");
  }

  @Test
  void aCutRolloutFileIsToBeRestored() throws Exception {
    Path run = Session.copy(whole, folder.resolve("run"));
    byte[] bytes = Files.readAllBytes(run.resolve("rollouts.jsonl"));
    Files.write(run.resolve("rollouts.jsonl"), Arrays.copyOf(bytes, bytes.length - 9));
    Session session = Session.of("capture", REASONER, "--rollouts", run.resolve("rollouts.jsonl"));
    assertThat(session.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(session.errorLines()).singleElement().asString().contains("restore it")
        .doesNotContain("correct or remove");
  }

  @Test
  void aRunWithoutItsCheckpointNamesTheOption() throws Exception {
    Path run = Session.copy(whole, folder.resolve("run"));
    for (String noted : new String[]{null, "/nowhere/else\n"}) {
      Files.deleteIfExists(run.resolve("checkpoint.path"));
      if (noted != null) {
        Files.writeString(run.resolve("checkpoint.path"), noted);
      }
      for (String command : List.of("report", "ablate", "search", "dopamine")) {
        Session session = Session.of(command, run);
        assertThat(session.code()).as(command).isEqualTo(ExitCode.USAGE);
        assertThat(session.errorLines()).as(command).singleElement().asString().contains("--checkpoint");
      }
    }
  }

  @Test
  void aRunThatWasKilledBeforeItsRolloutsSaysSo() throws Exception {
    Path run = Files.createDirectories(folder.resolve("run"));
    String manifest = Files.readString(whole.resolve("manifest.json"));
    Files.writeString(run.resolve("manifest.json"),
        manifest.substring(0, manifest.indexOf("\"steps\"")) + "\"steps\": []}");
    for (String command : List.of("report", "ablate", "search")) {
      Session session = Session.of(command, run);
      assertThat(session.code()).as(command).isEqualTo(ExitCode.USAGE);
      assertThat(session.errorLines()).as(command).singleElement().asString().contains("no finished 'rollouts'");
    }
  }

  @Test
  void everyRunOfAScan() throws Exception {
    Session.copy(whole, folder.resolve("step1"));
    Path second = Session.copy(whole, folder.resolve("step2"));
    String outcome = "{\"name\": \"%s\", \"checkpoint\": \"x\", \"key\": \"%s\", \"failure\": null}";
    Files.writeString(folder.resolve("scan.json"),
        "{\"format\": 1, \"outcomes\": [" + outcome.formatted("step1", "0".repeat(64)) + ","
            + outcome.formatted("step2", "0".repeat(64)) + "]}");
    assertThat(Session.of("verify", folder).code()).isEqualTo(ExitCode.DONE);
    Files.delete(second.resolve("rollouts.jsonl"));
    Session session = Session.of("verify", folder);
    assertThat(session.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(session.out()).contains("step1: 1 step, 3 files, all as in the manifest",
        "rollouts.jsonl (rollouts) is missing");
  }

  @Test
  void aScanNamesNoRunOutsideItself() throws Exception {
    Session.copy(whole, folder.resolve("elsewhere"));
    Path scan = Files.createDirectories(folder.resolve("scan"));
    Files.writeString(scan.resolve("scan.json"),
        "{\"format\": 1, \"outcomes\": [{\"name\": \"../elsewhere\", \"checkpoint\": \"x\","
            + " \"key\": \"" + "0".repeat(64) + "\", \"failure\": null}]}");
    Session session = Session.of("verify", scan);
    assertThat(session.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(session.errorLines()).singleElement().asString().contains("must be that of a folder in the scan");
  }

  @Test
  void whatIsNoRunIsRefused() {
    Session session = Session.of("verify", folder);
    assertThat(session.code()).isEqualTo(ExitCode.USAGE);
    assertThat(session.errorLines()).singleElement().asString().contains("is not a run folder");
  }
}
