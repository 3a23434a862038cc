package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.striatum.cli.Session.REASONER;

import java.nio.file.Files;
import java.nio.file.Path;
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
    assertThat(session.out().lines()).containsExactly(whole + ": 1 steps, 3 files, all as in the manifest",
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
    assertThat(session.out()).contains("step1: 1 steps, 3 files, all as in the manifest",
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
