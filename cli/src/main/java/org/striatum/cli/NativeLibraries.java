package org.striatum.cli;

import java.nio.file.Path;
import java.util.Map;

/// Libraries have their native parts in jars and unpack them before they load them, each into a folder of its own in the user's
/// home. Here that is the cache, unless an environment variable or property says otherwise. ONNX Runtime and DuckDB unpack theirs
/// among the temporary files, anew for every process.
final class NativeLibraries {
  /// Property → folder in the cache.
  private static final Map<String, String> FOLDERS = Map.of("DJL_CACHE_DIR", "djl", "jna.tmpdir", "jna",
      "org.bytedeco.javacpp.cachedir", "javacpp", "polyglot.engine.userResourceCache", "polyglot");

  private NativeLibraries() {}

  /// Has what is not loaded yet unpacked below the cache.
  static void unpackBelow(Path cache) {
    FOLDERS.forEach((property, folder) -> {
      if (System.getenv(property) == null && System.getProperty(property) == null) {
        System.setProperty(property, cache.resolve("libraries").resolve(folder).toString());
      }
    });
  }
}
