package org.striatum.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.SafetensorsFile;

/// One gigabyte of random BF16 weights in Qwen2.5-0.5B's shape (494 M parameters), made here and deleted after.
@Tag("slow")
class LargeCheckpointTest {
  private static final int ROWS = 4 * 128;
  private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "limits are Linux'")
  void opensInPlaceAndWritesNothing(@TempDir Path folder) throws Exception {
    RandomCheckpoint.write(folder, new SplittableRandom(5));
    long weights = Files.size(folder.resolve("model.safetensors"));
    assertThat(weights).isGreaterThan(900_000_000L);
    Map<String, Long> seen = openedInAnotherProcess(folder);
    assertThat(seen.get("graph")).as("bytes of the graph").isLessThan(500_000);
    assertThat(seen.get("finite")).as("finite coordinates").isEqualTo((long) ROWS * RandomCheckpoint.WIDTH);
    assertThat(seen.get("strays")).as("logits that are not the head's product").isZero();
    // Measured: 0.18 and 0.34 of the weights.
    assertThat(seen.get("held") - seen.get("before")).as("private memory, of %d bytes of weights", weights)
        .isLessThan(weights / 2);
    assertThat(seen.get("heldWithHead") - seen.get("before")).as("private memory once the head has run")
        .isLessThan(weights * 2 / 3);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("config.json",
          "model.safetensors");
    }
  }

  /// Runs [Opening] in a process of its own: this one's heap has grown with other tests.
  private static Map<String, Long> openedInAnotherProcess(Path folder) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms64m", "-Xmx64m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        Opening.class.getName(), folder.toString()).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Not -cp: a command line beyond 4096 bytes crashes native code.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.start();
    Map<String, Long> seen = new HashMap<>();
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().map(line -> line.split(" ", 2)).forEach(pair -> seen.put(pair[0], Long.valueOf(pair[1])));
    }
    assertThat(process.waitFor()).isZero();
    return seen;
  }

  /// Opens a checkpoint and records it under a limit of the kernel's: where private memory passes it, nothing more is given
  /// and the process fails. A measurement could miss a peak, a limit cannot.
  ///
  /// What is limited is what is mapped privately and may be written, touched or not. So the weights count, which the runtime
  /// maps from their file once for the blocks and once more for the head, and beside them 0.20 and 0.71 of their size as
  /// measured. Widened all at once, the blocks' weights alone would take 1.4 times their size; the head's, widened whole, 0.55.
  static final class Opening {
    private static final int RLIMIT_DATA = 2;
    private static final long RLIM_INFINITY = -1;

    private Opening() {}

    public static void main(String[] folder) throws Exception {
      long before = privateBytes("VmData");
      System.out.println("before " + privateBytes("RssAnon"));
      long weights = Files.size(Path.of(folder[0], "model.safetensors"));
      limitPrivateBytes(before + weights + weights / 2);
      try (HookedModel model = HookedModel.open(Path.of(folder[0]), Optional.empty(), 0)) {
        assertThat(model.memory()).isEqualTo(Memory.LOW);
        HookPoint last = HookPoint.residPost(RandomCheckpoint.LAYERS - 1);
        SplittableRandom random = new SplittableRandom(3);
        List<TokenSequence> tokens = Stream
            .generate(() -> random.ints(ROWS / 4, 0, RandomCheckpoint.VOCABULARY).toArray()).limit(4)
            .map(TokenSequence::prompt).toList();
        int finite = 0;
        for (float value : model.model().record(tokens, Set.of(last), Gates.none()).at(last)) {
          finite += Float.isFinite(value) ? 1 : 0;
        }
        System.out.println("held " + privateBytes("RssAnon"));
        limitPrivateBytes(before + 2 * weights + weights * 9 / 10);
        long strays = strayLogits(model, Path.of(folder[0]));
        System.out.println("heldWithHead " + privateBytes("RssAnon"));
        System.out.println("graph " + model.generatedGraph().length);
        System.out.println("finite " + finite);
        System.out.println("strays " + strays);
      }
    }

    /// Logits of one token that are not the product of its normed state and their row of the head: a head this large is
    /// multiplied in parts.
    private static long strayLogits(HookedModel model, Path folder) throws Exception {
      Recording recorded = model.model().record(List.of(TokenSequence.prompt(new int[]{17})),
          Set.of(HookPoint.FINAL_NORM, HookPoint.LOGITS), Gates.none());
      float[] state = recorded.at(HookPoint.FINAL_NORM);
      float[] logits = recorded.at(HookPoint.LOGITS);
      try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"))) {
        MemorySegment head = file.data("model.embed_tokens.weight"); // (vocabulary, d) in BF16, the head's too
        return IntStream.range(0, logits.length).filter(token -> {
          double product = 0;
          for (int i = 0; i < state.length; i++) {
            int bits = head.getAtIndex(HALF, (long) token * state.length + i);
            product += (double) state[i] * Float.intBitsToFloat(bits << 16);
          }
          return !(Math.abs(product - logits[token]) < 1e-4);
        }).count();
      }
    }

    /// @param kind as Linux names it: `VmData` is mapped privately and may be written, `RssAnon` is held and in no file
    private static long privateBytes(String kind) throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        return 1024 * lines.filter(line -> line.startsWith(kind + ":")).findFirst()
            .map(line -> Long.parseLong(line.replaceAll("\\D", ""))).orElseThrow();
      }
    }

    @SuppressWarnings("restricted") // the JDK sets no limits
    private static void limitPrivateBytes(long bytes) {
      Linker linker = Linker.nativeLinker();
      MethodHandle setrlimit = linker.downcallHandle(linker.defaultLookup().find("setrlimit").orElseThrow(),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      try (Arena arena = Arena.ofConfined()) {
        // struct rlimit: the limit, and how far it may be raised again.
        MemorySegment limit = arena.allocateFrom(ValueLayout.JAVA_LONG, bytes, RLIM_INFINITY);
        assertThat((int) setrlimit.invokeExact(RLIMIT_DATA, limit)).isZero();
      } catch (Throwable failed) {
        throw new IllegalStateException("setrlimit", failed);
      }
    }
  }
}
