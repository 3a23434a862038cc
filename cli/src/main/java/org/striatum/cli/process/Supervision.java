package org.striatum.cli.process;

import java.time.Duration;

/// What a process reports to its watcher.
public interface Supervision {
  /// There is no watcher.
  Supervision NONE = new Supervision() {
    @Override
    public void opening(String checkpoint, Duration hangLimit) {}

    @Override
    public void beat() {}

    @Override
    public void failed(int exitCode, String message) {}
  };

  /// From now on a crash belongs to this checkpoint, and silence beyond the limit is a hang.
  ///
  /// @param checkpoint its name, for people
  /// @param hangLimit zero for none
  void opening(String checkpoint, Duration hangLimit);

  /// Work has made progress.
  void beat();

  /// The process is about to end with an error.
  ///
  /// @param message one line for people
  void failed(int exitCode, String message);
}
