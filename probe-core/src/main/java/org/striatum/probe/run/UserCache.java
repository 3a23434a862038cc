package org.striatum.probe.run;

import java.nio.file.Path;

/// The folder of files that Striatum can make again: `STRIATUM_CACHE` (or the system property `striatum.cache`), otherwise
/// `striatum` in `XDG_CACHE_HOME`, otherwise `~/.cache/striatum`. It may be deleted at any time.
public final class UserCache {
  private UserCache() {}

  public static Path folder() {
    String own = System.getProperty("striatum.cache", System.getenv("STRIATUM_CACHE"));
    if (own != null && !own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    String shared = System.getenv("XDG_CACHE_HOME");
    return shared != null && Path.of(shared).isAbsolute() // the specification has relative ones ignored
        ? Path.of(shared, "striatum")
        : Path.of(System.getProperty("user.home"), ".cache", "striatum").toAbsolutePath();
  }
}
