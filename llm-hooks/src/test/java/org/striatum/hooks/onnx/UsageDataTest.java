package org.striatum.hooks.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// ONNX Runtime sends usage data unless the environment says no. Here it does not, nor in a program of somebody else's.
class UsageDataTest {
  /// Beyond this length of the command line its reader of that was seen to crash.
  private static final int LONG = 4096;
  private static final String GOLDEN = "src/test/resources/golden/checkpoints/qwen2";
  private static final List<String> VARIABLES = List.of(RuntimeLibrary.VARIABLE, "OPT_OUT_TRACKING", "CLASSPATH",
      "STRIATUM_CACHE", "XDG_CACHE_HOME");

  @TempDir
  private Path folder;

  /// A program that uses the library: opens a model and computes something.
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      try (HookedModel model = HookedModel.open(Path.of(arguments[0]), Optional.empty(), 1)) {
        System.out.println(model.model().record(List.of(new TokenSequence(new int[]{1, 2, 3}, 1)),
            Set.of(HookPoint.residPost(0)), Gates.none()).at(HookPoint.residPost(0)).length > 0);
      } catch (IllegalStateException refused) {
        System.out.println(refused.getMessage());
      }
      System.out.println(Files.readAllBytes(Path.of("/proc/self/cmdline")).length);
    }
  }

  private record Said(int code, List<String> lines) {}

  private Said program(Map<String, String> environment, String... options) throws Exception {
    for (String name : List.of("home", "cache", "tmp")) {
      Files.createDirectories(folder.resolve(name));
    }
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx512m", "--sun-misc-unsafe-memory-access=allow", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        "-Djava.io.tmpdir=" + folder.resolve("tmp"),
        "-Duser.home=" + folder.resolve("home"), "-Dstriatum.cache=" + folder.resolve("cache"),
        "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(options));
    command.addAll(List.of(Program.class.getName(), GOLDEN, "x".repeat(2 * LONG)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    VARIABLES.forEach(builder.environment()::remove);
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().put("TMPDIR", folder.resolve("tmp").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    return new Said(process.waitFor(), lines);
  }

  private List<String> files(String below) throws IOException {
    Path start = folder.resolve(below);
    try (Stream<Path> all = Files.walk(start)) {
      return all.filter(path -> !path.equals(start)).map(path -> start.relativize(path).toString()).sorted().toList();
    }
  }

  /// Tests of all modules run with what the root `pom.xml` sets, and so does what they start.
  @Test
  void testsMaySendNone() {
    assertThat(System.getenv()).containsEntry("ORT_DISABLE_TELEMETRY", "1").containsEntry("OPT_OUT_TRACKING", "true");
  }

  /// Its own thread runs beside the program, so one run that does not crash shows little: what it writes, it writes always.
  @Test
  @EnabledOnOs(OS.LINUX)
  void norDoesAProgramWithoutTheVariableHoweverLongItsCommandLine() throws Exception {
    Said said = program(Map.of(), "--enable-native-access=ALL-UNNAMED");
    assertThat(said.code()).as(said.toString()).isZero();
    assertThat(said.lines()).first().isEqualTo("true");
    assertThat(Integer.parseInt(said.lines().getLast())).isGreaterThan(LONG);
    assertThat(files("home")).isEmpty();
    assertThat(files("tmp")).isEmpty();
    assertThat(files("cache")).isNotEmpty().allMatch(file -> file.startsWith("libraries"));
    try (Stream<Path> unpacked = Files.list(folder.resolve("cache/libraries"))) {
      assertThat(unpacked).singleElement().satisfies(one -> assertThat(one).isNotEmptyDirectory());
    }
  }

  /// A value that does not forbid it is replaced.
  @Test
  @EnabledOnOs(OS.LINUX)
  @Tag("slow")
  void norWhereTheVariableSaysOtherwise() throws Exception {
    Said said = program(Map.of(RuntimeLibrary.VARIABLE, "0"), "--enable-native-access=ALL-UNNAMED");
    assertThat(said.lines()).as(said.toString()).first().isEqualTo("true");
    assertThat(files("home")).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void withoutNativeAccessItIsNotLoaded() throws Exception {
    for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of(RuntimeLibrary.VARIABLE, "1"))) {
      Said said = program(environment, "--illegal-native-access=deny");
      assertThat(said.code()).as(said.toString()).isZero();
      assertThat(said.lines()).hasSize(2).first().asString().contains("--enable-native-access=ALL-UNNAMED");
      assertThat(files("home")).isEmpty();
    }
  }
}
