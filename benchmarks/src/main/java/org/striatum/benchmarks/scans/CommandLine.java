package org.striatum.benchmarks.scans;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.striatum.benchmarks.measure.ProcessTree;
import org.striatum.benchmarks.measure.ProcessTree.Cost;

/// `./striatum` as a user runs it, with fewer repetitions than any effort has: what grows is the same.
final class CommandLine {
  private static final String PROBE = "--epochs 2 --permutations 1 --random-sets 2 --rotations 2 --control-sets 9"
      + " --nested-permutations 1 --resampled-sets 2 --probe-seeds 0";

  private final Path launcher = Path.of(System.getProperty("striatum.home"), "striatum");
  private final Path folder;
  private final Map<String, String> environment;

  CommandLine(Path folder, int heapMegabytes) {
    this.folder = folder;
    environment = Map.of("STRIATUM_JAVA_OPTIONS", "-Xmx" + heapMegabytes + "m");
  }

  void version() throws IOException, InterruptedException {
    run("--version");
  }

  /// Scans all checkpoints of a folder.
  Cost scan(Path series) throws IOException, InterruptedException {
    Path output = folder.resolve("scan");
    delete(output);
    Path config = folder.resolve("scan.yaml");
    Files.writeString(config, """
        checkpoints: ["%s"]
        tasks: mul
        effort: quick
        limit: 60
        hooks: blocks.1.hook_resid_post
        probe: "%s"
        dopamine: "-k 2 --rollouts 10 --retrainings 1 --permutations 20"
        ablate: "--controls 19 --attempts 4 --solutions 4 --logprob-controls 19 --doses 1 --layers primary --alpha 1"
        search: "-k 2 --problems 4"
        """.formatted(series, PROBE));
    return run("scan", "--config", config.toString(), "-o", output.toString());
  }

  /// Imports the completions of a file.
  Cost imported(Path checkpoint, Path completions, List<String> grading) throws IOException, InterruptedException {
    Path run = folder.resolve("run");
    delete(run);
    List<String> words = new ArrayList<>(
        List.of("rollouts", checkpoint.toString(), "--import", completions.toString(), "-o", run.toString()));
    words.addAll(grading);
    return run(words.toArray(String[]::new));
  }

  /// Imports rollouts, captures every residual point and probes them: three commands, together.
  Cost study(Workload workload, Path tokenizerOf) throws IOException, InterruptedException {
    Path checkpoint = folder.resolve("random");
    Path run = folder.resolve("run");
    Path completions = folder.resolve("completions.jsonl");
    delete(run);
    Checkpoints.random(checkpoint, workload, tokenizerOf);
    Files.writeString(completions, completions(workload));
    List<Cost> costs = new ArrayList<>();
    costs.add(run("rollouts", checkpoint.toString(), "--import", completions.toString(), "-o", run.toString()));
    costs.add(run("capture", checkpoint.toString(), "--rollouts", run.resolve("rollouts.jsonl").toString()));
    List<String> probe = new ArrayList<>(List.of("probe", run.toString(), "--validation", "0.2"));
    probe.addAll(List.of(PROBE.split(" ", -1)));
    costs.add(run(probe.toArray(String[]::new)));
    return new Cost(costs.stream().mapToDouble(Cost::seconds).sum(), costs.stream().mapToDouble(Cost::cpu).sum(),
        costs.stream().mapToLong(Cost::peakBytes).max().orElseThrow());
  }

  /// One completion per problem, in OpenAI's format, half of them right.
  private static String completions(Workload workload) {
    SplittableRandom random = new SplittableRandom(12);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < workload.rollouts(); i++) {
      StringBuilder digits = new StringBuilder();
      for (int t = 0; t < workload.length(); t++) {
        digits.append(random.nextInt(10));
      }
      lines.append("{\"prompt\": \"%d*%d=\", \"choices\": [{\"text\": \"%s\"}], \"reward\": %d}%n".formatted(101 + i,
          11 + random.nextInt(89), digits, random.nextInt(2)));
    }
    return lines.toString();
  }

  private Cost run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    return ProcessTree.run(command, environment, folder, folder.resolve("command.log"));
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
