package org.striatum.benchmarks.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Setting;

/// From a checkpoint folder to the first hidden states of one prompt of 8 tokens, each side in a fresh process, files in
/// the page cache: time from the opening, time from the start of the process, private memory then.
public final class Opening {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TRANSFORMERS = "transformers from_pretrained";
  private static final String TOKENS = IntStream.rangeClosed(1, 8).mapToObj(i -> Integer.toString(1000 * i))
      .collect(Collectors.joining(","));

  private Opening() {}

  private record Opened(double fromStart, JsonNode said) {}

  public static List<Comparison> run(Setting setting) throws Exception {
    setting.note().accept("opening: one prompt of 8 tokens, a new process each time");
    List<Opened> ours = new ArrayList<>();
    List<Opened> peer = new ArrayList<>();
    boolean peers = setting.peers();
    for (int turn = 0; turn <= setting.repeats(); turn++) { // the first fills the page cache
      Opened own = ours(setting);
      Opened theirs = null;
      if (peers) {
        long started = System.nanoTime();
        List<Peer> other = setting.peer("opening.py", "--checkpoint", setting.checkpoint().toString(), "--threads",
            Integer.toString(setting.threads()), "--tokens", TOKENS);
        peers = !other.isEmpty();
        for (Peer opened : other) {
          theirs = new Opened((System.nanoTime() - started) / 1e9, opened.greeting());
          opened.close();
        }
      }
      if (turn > 0) {
        ours.add(own);
        if (theirs != null) {
          Setting.same("the prompt", own.said().get("checksum").asDouble(), theirs.said().get("checksum").asDouble());
          peer.add(theirs);
        }
      }
    }
    String work = "folder to hidden states of 8 tokens, 988 MB of weights in BF16";
    List<Comparison> comparisons = new ArrayList<>();
    comparisons.add(
        new Comparison("opening, from the call", work, "s", TRANSFORMERS, said(ours, "seconds"), said(peer, "seconds"),
            Double.NaN, new Target(Target.Kind.TIMES_SOONER, 5), Map.of()));
    comparisons.add(new Comparison("opening, from the start of the process", work, "s", TRANSFORMERS,
        ours.stream().map(Opened::fromStart).toList(), peer.stream().map(Opened::fromStart).toList(),
        Double.NaN, new Target(Target.Kind.TIMES_SOONER, 5), Map.of()));
    if (ours.stream().noneMatch(opened -> opened.said().get("private").isNull())) {
      comparisons
          .add(new Comparison("opening, private memory", work, "MB", TRANSFORMERS, megabytes(ours), megabytes(peer),
              Double.NaN, new Target(Target.Kind.SHARE_OF_THE_PEER, 0.5), Map.of()));
    }
    return comparisons;
  }

  private static List<Double> said(List<Opened> opened, String key) {
    return opened.stream().map(one -> one.said().get(key).asDouble()).toList();
  }

  private static List<Double> megabytes(List<Opened> opened) {
    return said(opened, "private").stream().map(bytes -> bytes / 1e6).toList();
  }

  private static Opened ours(Setting setting) throws Exception {
    long started = System.nanoTime();
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseParallelGC",
        "-Dai.djl.offline=true", FirstState.class.getName(), setting.checkpoint().toString(),
        Integer.toString(setting.threads()), TOKENS).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String line = process.inputReader().readLine();
    double seconds = (System.nanoTime() - started) / 1e9;
    if (process.waitFor() != 0 || line == null) {
      throw new IllegalStateException("the process that opens the checkpoint failed, see above");
    }
    return new Opened(seconds, JSON.readTree(line));
  }
}
