package org.striatum.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Where libraries write that would write into the user's home. Several have their native parts in jars and unpack them before they
/// load them; here they do so in the cache, unless an environment variable or property says otherwise. ONNX Runtime's
/// are there as well (`RuntimeLibrary`); DuckDB's lies beside its jar.
final class LibraryFolders {
  /// Property → folder in the cache.
  private static final Map<String, String> FOLDERS = Map.of("DJL_CACHE_DIR", "djl", "jna.tmpdir", "jna",
      "org.bytedeco.javacpp.cachedir", "javacpp", "polyglot.engine.userResourceCache", "polyglot",
      "java.util.prefs.userRoot", "preferences"); // JShell keeps what was typed into it

  private LibraryFolders() {}

  /// Has libraries that are not loaded yet write below the cache. Where the home cannot be written the cache is in its place, for Java's
  /// own lists of fonts and preferences: a user without a home has one of the name `?`, in whatever folder is the current one.
  static void below(Path cache) {
    FOLDERS.forEach((property, folder) -> {
      if (System.getenv(property) == null && System.getProperty(property) == null) {
        System.setProperty(property, cache.resolve("libraries").resolve(folder).toString());
      }
    });
    Path home = Path.of(System.getProperty("user.home"));
    if (!home.isAbsolute() || !Files.isWritable(home)) {
      System.setProperty("striatum.cache", cache.toString()); // it stays where it is
      System.setProperty("user.home", cache.toString());
    }
  }
}
