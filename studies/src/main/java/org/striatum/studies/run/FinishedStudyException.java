package org.striatum.studies.run;

import java.nio.file.Path;
import java.util.List;
import org.striatum.probe.run.UsageException;

/// A study is finished with other settings, and to run it again would lose results.
public final class FinishedStudyException extends UsageException {
  private static final long serialVersionUID = 1;

  private final String step;

  /// @param dependent steps that would be lost with it
  FinishedStudyException(Path folder, String step, RecordDifference difference, List<String> dependent) {
    super("%s: '%s' is finished with other settings (%s is %s there and %s here)%s".formatted(folder, step,
        difference.place(), difference.there(), difference.here(), dependent.isEmpty()
            ? ""
            : ", and " + String.join(", ", dependent) + (dependent.size() == 1 ? " depends" : " depend") + " on it"));
    this.step = step;
  }

  /// The step that is in the way.
  public String step() {
    return step;
  }
}
