package org.striatum.cli.option;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.tensor.DType;
import org.striatum.studies.capture.CaptureSettings;
import picocli.CommandLine.Option;

/// Which hidden states are stored, and how.
public final class StoreOptions {
  @Option(names = "--hooks", paramLabel = "PATTERN", defaultValue = "blocks.*.hook_resid_post", description = "Hook points, * for any block (default blocks.*.hook_resid_post).")
  private String hooks;

  @Option(names = "--dtype", paramLabel = "f32|f16|bf16", defaultValue = "f32", description = "Element type of stored hidden states; f16 and bf16 take half the space (default f32).")
  private String dtype;

  @Option(names = "--positions", paramLabel = "NAME,…", defaultValue = "all", description = "Tokens whose hidden states are stored: all, completion, s0, think-end, step-ends, last (default all). What needs others is left out of a study.")
  private String positions;

  /// The settings of a capture. Refuses names that are none.
  public CaptureSettings settings() throws IOException {
    return Given.checked(() -> new CaptureSettings(List.of(hooks), DType.parse(dtype.toUpperCase(Locale.ROOT)),
        Arrays.stream(positions.split(",")).map(name -> StoredPosition.named(name.strip())).toList()));
  }
}
