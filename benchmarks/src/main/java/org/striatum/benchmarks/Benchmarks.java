package org.striatum.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.Peer;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.benchmarks.models.RandomCheckpoint;
import org.striatum.benchmarks.results.Conditions;
import org.striatum.benchmarks.results.Measured;
import org.striatum.benchmarks.results.BenchmarkPage;
import org.striatum.benchmarks.results.Results;
import org.striatum.hooks.onnx.OnnxModel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The benchmark command: writes the large checkpoint to a temporary folder, measures, keeps and prints the
/// measurements, writes the page, deletes the temporary folder.
@Command(name = "benchmarks/run", mixinStandardHelpOptions = true, sortOptions = false, description = "Measures Striatum against the libraries that researchers would use instead. Only what is measured here is claimed.", footer = {
    "",
    "Complete measurements, with all peers, go to benchmarks/results.json and docs/benchmarks.md, where other",
    "rows stay unchanged; all others go to benchmarks/target."})
public final class Benchmarks implements Callable<Integer> {
  private static final DateTimeFormatter DAY_AND_MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")
      .withZone(ZoneOffset.UTC);
  private static final List<String> ORDER = Arrays.stream(Work.values()).map(Work::toString).toList();

  @Parameters(arity = "0..*", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}; all of them by default")
  private List<Work> works = List.of(Work.values());

  @Option(names = "--quick", description = "less work, fewer runs: takes minutes")
  private boolean quick;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "2", description = "threads of each side (${DEFAULT-VALUE})")
  private int threads;

  @Option(names = "--repeats", paramLabel = "N", description = "runs of each side (5; quick: 3)")
  private Integer repeats;

  @Option(names = "--no-peers", description = "only our own figures, no peers")
  private boolean withoutPeers;

  /// Runs the command.
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Work.class, Benchmarks::work).execute(arguments));
  }

  private static Work work(String name) {
    return Arrays.stream(Work.values()).filter(work -> work.toString().equalsIgnoreCase(name)).findFirst()
        .orElseThrow(() -> new CommandLine.TypeConversionException("WHAT must be one of " + ORDER + ", found " + name));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("striatum-benchmark");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    Path checkpoint = folder.resolve("checkpoint");
    if (works.stream().anyMatch(Work::large)) {
      note("writing 494 M random parameters to " + checkpoint);
      RandomCheckpoint.write(Files.createDirectories(checkpoint),
          RandomGeneratorFactory.of("L64X128MixRandom").create(5));
    }
    Path home = Path.of(System.getProperty("striatum.home"));
    Setting setting = new Setting(folder, checkpoint, home.resolve("checkpoints").resolve("tiny-reasoner-step2000"),
        threads, repeats == null ? (quick ? 3 : 5) : repeats, quick, !withoutPeers, Benchmarks::note);
    Map<String, String> versions = versions(setting);
    String machine = machine();
    boolean failed = false;
    for (Work work : works) {
      double loadBefore = load();
      long started = System.nanoTime();
      try {
        Findings findings = work.run(setting);
        Conditions conditions = new Conditions(DAY_AND_MINUTE.format(Instant.now()),
            (System.nanoTime() - started) / 1e9, machine, loadBefore, load(), threads, versions);
        keep(home, work.toString(), new Measured(conditions, findings));
      } catch (IOException | RuntimeException broken) {
        failed = true;
        note(work + " failed: " + broken);
        broken.printStackTrace();
      }
    }
    return failed ? 1 : 0;
  }

  /// Adds a measurement to the others, on the published page only if it is complete.
  private void keep(Path home, String work, Measured measured) throws IOException {
    Path benchmarks = home.resolve("benchmarks");
    boolean whole = !quick && measured.findings().complete();
    Path file = whole ? benchmarks.resolve("results.json") : benchmarks.resolve("target").resolve("results.json");
    Path page = whole
        ? home.resolve("docs").resolve("benchmarks.md")
        : benchmarks.resolve("target").resolve("benchmarks.md");
    Results results = Results.read(file).with(work, measured);
    results.write(file);
    new BenchmarkPage(results, ORDER).write(page);
    System.out.println(new BenchmarkPage(results, List.of(work)).tables());
    note("written to " + page);
  }

  private static Map<String, String> versions(Setting setting) throws Exception {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Java", Runtime.version().toString());
    versions.put("ONNX Runtime", OnnxModel.runtimeVersion());
    for (Peer peer : setting.peer("versions.py")) {
      peer.greeting().properties().forEach(entry -> versions.put(entry.getKey(), entry.getValue().asText()));
      peer.close();
    }
    return versions;
  }

  private static String machine() throws IOException {
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    Path processors = Path.of("/proc/cpuinfo");
    String model = "";
    if (Files.isReadable(processors)) {
      try (Stream<String> lines = Files.lines(processors)) {
        model = lines.filter(line -> line.startsWith("model name")).findFirst()
            .map(line -> line.substring(line.indexOf(':') + 2) + ", ").orElse("");
      }
    }
    return model + Runtime.getRuntime().availableProcessors() + " processors, " + system;
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static void note(String line) {
    System.err.println("… " + line);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException left) {
      System.err.println("could not delete " + folder + ": " + left.getMessage());
    }
  }
}
