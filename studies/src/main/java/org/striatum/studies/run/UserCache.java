package org.striatum.studies.run;

import java.nio.file.Path;

/// Where Striatum keeps what it can make again: `STRIATUM_CACHE` (or the system property `striatum.cache`), else
/// `striatum` in `XDG_CACHE_HOME`, else `~/.cache/striatum`. May be deleted at any time.
///
/// The supervisor of the command line has a copy of this rule: it starts before any library is on its class path.
final class UserCache {
  private UserCache() {}

  static Path folder() {
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
