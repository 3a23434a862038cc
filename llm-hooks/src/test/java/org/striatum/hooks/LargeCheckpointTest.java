package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;

/// One gigabyte of random BF16 weights in Qwen2.5-0.5B's shape (494 M parameters), made here and deleted after.
@Tag("slow")
class LargeCheckpointTest {
  private static final int LAYERS = 24;
  private static final int WIDTH = 896;
  private static final int MLP = 4864;
  private static final int VOCABULARY = 151_936;
  private static final int KEY_WIDTH = 128;
  private static final int ROWS = 4 * 128;

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "private memory is read from /proc")
  void opensInPlaceAndWritesNothing(@TempDir Path folder) throws Exception {
    write(folder);
    long weights = Files.size(folder.resolve("model.safetensors"));
    assertThat(weights).isGreaterThan(900_000_000L);
    Map<String, Long> seen = openedInAnotherProcess(folder);
    assertThat(seen.get("graph")).as("bytes of the graph").isLessThan(500_000);
    assertThat(seen.get("finite")).as("finite coordinates").isEqualTo((long) ROWS * WIDTH);
    long peak = seen.get("peak") - seen.get("before");
    // Measured: 0.18 of the weights, the Java heap within. Widened all at once, they would take 1.4 times their size.
    assertThat(peak).as("private memory at its peak, of %d bytes of weights", weights).isLessThan(weights / 2);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("config.json",
          "model.safetensors");
    }
  }

  /// Runs [Opening] in a process of its own: this one's heap has grown with other tests.
  private static Map<String, Long> openedInAnotherProcess(Path folder) throws Exception {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xms64m",
        "-Xmx64m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp",
        System.getProperty("java.class.path"), Opening.class.getName(), folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Map<String, Long> seen = new HashMap<>();
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().map(line -> line.split(" ", 2)).forEach(pair -> seen.put(pair[0], Long.valueOf(pair[1])));
    }
    assertThat(process.waitFor()).isZero();
    return seen;
  }

  /// Opens a checkpoint, records it, prints what private memory that took.
  static final class Opening {
    private Opening() {}

    public static void main(String[] folder) throws Exception {
      long before = privateBytes();
      AtomicLong peak = new AtomicLong();
      Thread watch = Thread.ofPlatform().daemon().start(() -> {
        while (!Thread.interrupted()) {
          peak.accumulateAndGet(privateBytes(), Math::max);
          LockSupport.parkNanos(1_000_000);
        }
      });
      try (HookedModel model = HookedModel.open(Path.of(folder[0]), Optional.empty(), 0)) {
        assertThat(model.memory()).isEqualTo(Memory.LOW);
        HookPoint last = HookPoint.residPost(LAYERS - 1);
        SplittableRandom random = new SplittableRandom(3);
        List<TokenSequence> tokens = Stream.generate(() -> random.ints(ROWS / 4, 0, VOCABULARY).toArray()).limit(4)
            .map(TokenSequence::prompt).toList();
        int finite = 0;
        for (float value : model.model().record(tokens, Set.of(last), Gates.none()).at(last)) {
          finite += Float.isFinite(value) ? 1 : 0;
        }
        watch.interrupt();
        watch.join();
        System.out.println("before " + before);
        System.out.println("peak " + peak);
        System.out.println("graph " + model.generatedGraph().length);
        System.out.println("finite " + finite);
      }
    }

    private static long privateBytes() {
      try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
        return 1024 * lines.filter(line -> line.startsWith("RssAnon:")).findFirst()
            .map(line -> Long.parseLong(line.replaceAll("\\D", ""))).orElseThrow();
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      }
    }
  }

  private static void write(Path folder) throws IOException {
    Files.writeString(folder.resolve("config.json"), """
        {"model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
         "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151936, "max_position_embeddings": 32768,
         "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "tie_word_embeddings": true, "hidden_act": "silu",
         "use_sliding_window": false, "sliding_window": 32768, "max_window_layers": 21, "torch_dtype": "bfloat16"}
        """);
    List<SafetensorsWriter.Declared> tensors = new ArrayList<>();
    tensors.add(declared("model.embed_tokens.weight", VOCABULARY, WIDTH));
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "model.layers." + layer + ".";
      tensors.add(declared(block + "input_layernorm.weight", WIDTH));
      tensors.add(declared(block + "post_attention_layernorm.weight", WIDTH));
      tensors.add(declared(block + "self_attn.q_proj.weight", WIDTH, WIDTH));
      tensors.add(declared(block + "self_attn.q_proj.bias", WIDTH));
      tensors.add(declared(block + "self_attn.k_proj.weight", KEY_WIDTH, WIDTH));
      tensors.add(declared(block + "self_attn.k_proj.bias", KEY_WIDTH));
      tensors.add(declared(block + "self_attn.v_proj.weight", KEY_WIDTH, WIDTH));
      tensors.add(declared(block + "self_attn.v_proj.bias", KEY_WIDTH));
      tensors.add(declared(block + "self_attn.o_proj.weight", WIDTH, WIDTH));
      tensors.add(declared(block + "mlp.gate_proj.weight", MLP, WIDTH));
      tensors.add(declared(block + "mlp.up_proj.weight", MLP, WIDTH));
      tensors.add(declared(block + "mlp.down_proj.weight", WIDTH, MLP));
    }
    tensors.add(declared("model.norm.weight", WIDTH));
    try (Arena arena = Arena.ofConfined();
        SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), tensors, Map.of())) {
      MemorySegment noise = noise(arena);
      for (SafetensorsWriter.Declared tensor : tensors) {
        long left = 2 * tensor.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
        while (left > 0) {
          long part = Math.min(left, noise.byteSize());
          writer.append(tensor.name(), noise.asSlice(0, part));
          left -= part;
        }
      }
    }
  }

  private static SafetensorsWriter.Declared declared(String name, long... shape) {
    return new SafetensorsWriter.Declared(name, DType.BF16, Arrays.stream(shape).boxed().toList());
  }

  /// 8 MiB of N(0, 0.02²) in BF16: the upper half of each float.
  private static MemorySegment noise(Arena arena) {
    SplittableRandom random = new SplittableRandom(5);
    MemorySegment noise = arena.allocate(8 << 20, 2);
    for (long i = 0; i < noise.byteSize() / 2; i++) {
      int bits = Float.floatToIntBits((float) (0.02 * random.nextGaussian()));
      noise.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (bits >>> 16));
    }
    return noise;
  }
}
