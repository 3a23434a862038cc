package org.striatum.hooks.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.striatum.probe.run.UnpackedLibrary;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.run.UserCache;

/// Loads ONNX Runtime, which only this class does. From version 1.29 on, its library for Linux sends usage data unless the environment
/// says otherwise at the moment it is loaded: it makes a lasting id of the device and a queue of events below `~/.cache/Microsoft`, reads
/// `/etc/machine-id` and `/proc/self/cmdline`, and was seen to crash where that is longer than 4096 bytes.
final class RuntimeLibrary {
  /// The variable that it reads with `getenv`.
  static final String VARIABLE = "ORT_DISABLE_TELEMETRY";
  private static final String SET = "1";
  private static final String PLACE = "onnxruntime.native.path";

  private static OrtEnvironment environment;
  /// Makes what every call after a first that failed throws: a class that could not be loaded is not loaded again.
  private static Supplier<RuntimeException> failure;

  private RuntimeLibrary() {}

  /// The runtime, loaded on first use.
  ///
  /// @throws IllegalStateException if it cannot be kept from sending usage data; then it is not loaded
  /// @throws UncheckedIOException if there is no room for what it unpacks
  static synchronized OrtEnvironment environment() {
    if (failure != null) {
      throw failure.get();
    }
    if (environment == null) {
      sendNothing();
      if (System.getProperty(PLACE) == null) {
        unpacked().ifPresent(folder -> System.setProperty(PLACE, folder.toString()));
      }
      environment = loaded();
    }
    return environment;
  }

  private static OrtEnvironment loaded() {
    try {
      return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "striatum");
    } catch (LinkageError failed) {
      Throwable cause = failed;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      failure = switch (cause) {
        case IllegalCallerException _ -> () -> new IllegalStateException(
            "ONNX Runtime is not loaded, for Java may not run native code: start it with --enable-native-access=ALL-UNNAMED",
            failed);
        case IOException unwritable -> () -> new UncheckedIOException(new IOException(
            "ONNX Runtime cannot be loaded, for its temporary files cannot be written: " + unwritable, failed));
        default -> throw failed;
      };
      throw failure.get();
    }
  }

  /// Sets the variable in the environment that native code of this process sees; Java's own view of it stays as it was.
  @SuppressWarnings("restricted") // no other way leads to the process's own environment
  private static void sendNothing() {
    if (SET.equals(System.getenv(VARIABLE))) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MemorySegment function = linker.defaultLookup().find("setenv")
          .orElseThrow(() -> new IllegalStateException("the C library has no setenv"));
      MethodHandle setenv = linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
      int failed = (int) setenv.invokeExact(arena.allocateFrom(VARIABLE), arena.allocateFrom(SET), 1);
      if (failed != 0) {
        throw new IllegalStateException("setenv failed");
      }
    } catch (Throwable denied) {
      throw new IllegalStateException(("ONNX Runtime is not loaded, for it would send usage data: start Java with "
          + "--enable-native-access=ALL-UNNAMED and, where that is not enough, %s=%s in the environment (%s)")
          .formatted(VARIABLE, SET, denied.getMessage()), denied);
    }
  }

  /// Its libraries, in the cache; nothing where ONNX Runtime has to unpack them for itself, among the temporary files.
  private static Optional<Path> unpacked() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x64";
    String folder = "/ai/onnxruntime/native/%s-%s/".formatted(system.contains("mac") ? "osx" : "linux", processor);
    try {
      return UnpackedLibrary.folder(UserCache.folder().resolve("libraries"), "onnxruntime", OrtEnvironment.class,
          List.of(folder + System.mapLibraryName("onnxruntime"),
              folder + System.mapLibraryName("onnxruntime4j_jni")));
    } catch (IOException | UsageException _) {
      return Optional.empty();
    }
  }
}
