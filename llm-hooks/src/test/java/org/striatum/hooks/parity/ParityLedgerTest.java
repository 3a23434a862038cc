package org.striatum.hooks.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.parity.ParityCheck.Outcome;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Sha256;

class ParityLedgerTest {
  /// Written long before this test runs.
  private static final Path SETTLED = Path.of("../checkpoints/tiny-reasoner-step2000/model.safetensors");
  private static final ParityReport PASS = new ParityReport(List.of(
      new ParityCheck("head", HookPoint.residPost(3), 1.5e-7, 1e-4, Outcome.PASSED, "a ≠ \"b\""),
      ParityCheck.notChecked("block sums", 1e-4, "no blocks.0.hook_attn_out found")));
  private static final ParityReport FAILURE = new ParityReport(List.of(
      ParityCheck.of("head", new Deviation(HookPoint.residPost(3), 0.5), 1e-4, "")));

  @TempDir
  private Path folder;

  @Test
  void remembersPassesWordForWordAndNoFailure() throws Exception {
    ParityLedger ledger = new ParityLedger(folder.resolve("cache"));
    Sha256 key = ledger.key(List.of(SETTLED), List.of("a version"));
    assertThat(ledger.passed(key)).isEmpty();
    assertThatThrownBy(() -> ledger.remember(key, FAILURE)).isInstanceOf(IllegalArgumentException.class);
    ledger.remember(key, PASS);
    assertThat(new ParityLedger(folder.resolve("cache")).passed(key)).contains(PASS);
  }

  @Test
  void theKeyIsContentAndCircumstances() throws Exception {
    ParityLedger ledger = new ParityLedger(folder.resolve("cache"));
    Path a = Files.writeString(Files.createDirectories(folder.resolve("a")).resolve("weights"), "one");
    Path b = Files.writeString(Files.createDirectories(folder.resolve("b")).resolve("weights"), "one");
    Sha256 key = ledger.key(List.of(a), List.of("x", "y"));
    assertThat(ledger.key(List.of(b), List.of("x", "y"))).isEqualTo(key);
    assertThat(ledger.key(List.of(a), List.of("x", "z"))).isNotEqualTo(key);
    assertThat(ledger.key(List.of(a, b), List.of("x", "y"))).isNotEqualTo(key);
    Files.writeString(a, "two"); // the same size, within the same tick of the clock perhaps
    assertThat(ledger.key(List.of(a), List.of("x", "y"))).isNotEqualTo(key);
    assertThatThrownBy(() -> ledger.key(List.of(folder.resolve("none")), List.of()))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void hashesAFileOnceWhenItHasSettled() throws Exception {
    ParityLedger ledger = new ParityLedger(folder.resolve("cache"));
    Path fresh = Files.writeString(folder.resolve("fresh"), "just written");
    List<Path> files = List.of(SETTLED, fresh);
    assertThat(ledger.unknownBytes(files)).isEqualTo(Files.size(SETTLED) + Files.size(fresh));
    ledger.key(files, List.of());
    assertThat(ledger.unknownBytes(files)).isEqualTo(Files.size(fresh));
  }

  @Test
  void aDamagedMisplacedOrForeignEntryIsNone() throws Exception {
    ParityLedger ledger = new ParityLedger(folder);
    Sha256 key = Sha256.of(new byte[]{1});
    Sha256 other = Sha256.of(new byte[]{2});
    ledger.remember(key, PASS);
    Path entry = folder.resolve("parity").resolve(key + ".json");
    Files.copy(entry, folder.resolve("parity").resolve(other + ".json"));
    assertThat(ledger.passed(other)).isEmpty();
    String text = Files.readString(entry);
    for (String damaged : List.of("", "null", text.substring(0, text.length() / 2), text.replace("passed", "failed"),
        text.replace("passed", "perhaps"))) {
      Files.writeString(entry, damaged);
      assertThat(ledger.passed(key)).as(damaged).isEmpty();
    }
  }

  @Test
  void manyWritersLeaveWholeEntriesAndNoTemporaryFile() throws Exception {
    Sha256 key = Sha256.of(new byte[]{1});
    IntStream.range(0, 64).parallel().forEach(_ -> {
      ParityLedger ledger = new ParityLedger(folder);
      ledger.remember(key, PASS);
      assertThat(ledger.passed(key)).contains(PASS);
    });
    try (Stream<Path> files = Files.list(folder.resolve("parity"))) {
      assertThat(files).containsExactly(folder.resolve("parity").resolve(key + ".json"));
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNoReasonToFail() throws Exception {
    ParityLedger ledger = new ParityLedger(Files.writeString(folder.resolve("file"), "").resolve("below"));
    Sha256 key = ledger.key(List.of(SETTLED), List.of());
    ledger.remember(key, PASS);
    assertThat(ledger.passed(key)).isEmpty();
  }
}
