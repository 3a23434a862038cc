package org.striatum.hooks.parity;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.EntryFolder;
import org.striatum.probe.run.Sha256;

/// Remembers which models passed the [ParityGate], by the content of their files and all else that decides the result,
/// so that only the first open of a file pays for it. A failure is never remembered.
///
/// Small files by key; anything missing, damaged or unwritable is as if nothing were remembered, and all may be deleted
/// at any time. Safe for several processes.
public final class ParityLedger {
  private final EntryFolder passes;

  /// A ledger in a folder, which is made when something is remembered.
  public ParityLedger(Path folder) {
    this.passes = new EntryFolder(folder.resolve("parity"));
  }

  private record Pass(Sha256 key, ParityReport report) {}

  /// What decides whether a model passes.
  ///
  /// @param files name → checksum, of weights and configuration
  /// @param circumstances everything else: graph, versions, how weights are held, the processor
  public static Sha256 key(SortedMap<String, Sha256> files, List<String> circumstances) {
    String hashes = files.entrySet().stream().map(file -> file.getKey() + " " + file.getValue())
        .collect(Collectors.joining("\n"));
    return Sha256.of((hashes + "\n\n" + String.join("\n", circumstances)).getBytes(StandardCharsets.UTF_8));
  }

  /// The report of an earlier pass under this key.
  public Optional<ParityReport> passed(Sha256 key) {
    return passes.read(key.hex(), Pass.class).filter(pass -> pass.key().equals(key) && pass.report().passed())
        .map(Pass::report);
  }

  /// Remembers a pass.
  ///
  /// @throws IllegalArgumentException if the report is of a failure
  public void remember(Sha256 key, ParityReport report) {
    if (!report.passed()) {
      throw new IllegalArgumentException("only a pass is remembered, found a failure: " + report.failure());
    }
    passes.write(key.hex(), new Pass(key, report));
  }
}
