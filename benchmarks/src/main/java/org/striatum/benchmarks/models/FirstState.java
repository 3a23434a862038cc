package org.striatum.benchmarks.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;

/// A process that opens a checkpoint folder, captures one prompt's residual points and prints as one line of JSON how
/// long that took from the opening and how much private memory it then has.
public final class FirstState {
  private FirstState() {}

  /// Arguments: the folder, threads, token ids with commas between.
  public static void main(String[] arguments) throws Exception {
    long started = System.nanoTime();
    TokenSequence prompt = TokenSequence
        .prompt(Arrays.stream(arguments[2].split(",")).mapToInt(Integer::parseInt).toArray());
    try (HookedModel model = HookedModel.open(Path.of(arguments[0]), Optional.empty(),
        Integer.parseInt(arguments[1]))) {
      Recording states = model.model().record(List.of(prompt), Capture.residualPoints(), Gates.none());
      double checksum = Capture.sum(states.at(HookPoint.residPost(model.model().layers() / 2 - 1)));
      System.out.printf(Locale.ROOT, "{\"seconds\": %.6f, \"private\": %s, \"checksum\": %s}%n",
          (System.nanoTime() - started) / 1e9, privateBytes(), checksum);
    }
  }

  /// Private memory of this process, null if the system does not report it.
  private static String privateBytes() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return "null";
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines.filter(line -> line.startsWith("RssAnon:")).findFirst()
          .map(line -> Long.toString(1024 * Long.parseLong(line.replaceAll("\\D", "")))).orElse("null");
    }
  }
}
