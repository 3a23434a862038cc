package org.striatum.cli.process;

import java.time.Duration;

/// What a process tells whoever watches it.
public interface Supervision {
  /// Nobody watches.
  Supervision NONE = new Supervision() {
    @Override
    public void opening(String checkpoint, Duration hangLimit) {}

    @Override
    public void beat() {}
  };

  /// From here on a crash is this checkpoint's, and silence beyond the limit a hang.
  ///
  /// @param checkpoint its name, for people
  /// @param hangLimit zero for none
  void opening(String checkpoint, Duration hangLimit);

  /// Work has come a step further.
  void beat();
}
