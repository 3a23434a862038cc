package org.striatum.hooks.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Sha256;

class ParityLedgerTest {
  private static final ParityReport PASS = new ParityReport(List.of(
      new ParityCheck(ParityIdentity.HEAD, HookPoint.residPost(3), 1.5e-7, 1e-4, ParityOutcome.PASSED, "a ≠ \"b\""),
      ParityCheck.notChecked(ParityIdentity.BLOCK_SUMS, 1e-4, "no blocks.0.hook_attn_out found")));
  private static final ParityReport FAILURE = new ParityReport(List.of(
      ParityCheck.of(ParityIdentity.HEAD, new Deviation(HookPoint.residPost(3), 0.5), 1e-4, "")));

  @TempDir
  private Path folder;

  @Test
  void remembersPassesWordForWordAndNoFailure() throws Exception {
    ParityLedger ledger = new ParityLedger(folder.resolve("cache"));
    Sha256 key = Sha256.of(new byte[]{1});
    assertThat(ledger.passed(key)).isEmpty();
    assertThatThrownBy(() -> ledger.remember(key, FAILURE)).isInstanceOf(IllegalArgumentException.class);
    ledger.remember(key, PASS);
    assertThat(new ParityLedger(folder.resolve("cache")).passed(key)).contains(PASS);
  }

  @Test
  void theKeyIsContentAndCircumstances() {
    Sha256 one = Sha256.of(new byte[]{1});
    Sha256 two = Sha256.of(new byte[]{2});
    Sha256 key = ParityLedger.key(new TreeMap<>(Map.of("weights", one)), List.of("x", "y"));
    assertThat(ParityLedger.key(new TreeMap<>(Map.of("weights", one)), List.of("x", "y"))).isEqualTo(key);
    assertThat(ParityLedger.key(new TreeMap<>(Map.of("weights", one)), List.of("x", "z"))).isNotEqualTo(key);
    assertThat(ParityLedger.key(new TreeMap<>(Map.of("weights", two)), List.of("x", "y"))).isNotEqualTo(key);
    assertThat(ParityLedger.key(new TreeMap<>(Map.of("weights", one, "more", one)), List.of("x", "y")))
        .isNotEqualTo(key);
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
    Sha256 key = Sha256.of(new byte[]{1});
    ledger.remember(key, PASS);
    assertThat(ledger.passed(key)).isEmpty();
  }
}
