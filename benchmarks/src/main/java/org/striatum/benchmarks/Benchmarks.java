package org.striatum.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.striatum.hooks.onnx.OnnxModel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The benchmark command: makes the large checkpoint in a temporary folder, measures, prints a table, writes JSON, tidies
/// up.
@Command(name = "benchmarks/run", mixinStandardHelpOptions = true, sortOptions = false, description = "Measures Striatum against the libraries researchers would use instead. What is not measured here is "
    + "not claimed.")
public final class Benchmarks implements Callable<Integer> {
  /// What can be measured.
  enum Name {
    CAPTURE, ROLLOUTS, HOOKS, OPENING, GENERATION, ARMS, MNIST;

    List<Comparison> run(Setting setting) throws Exception {
      return switch (this) {
        case CAPTURE -> Capture.equalLengths(setting);
        case ROLLOUTS -> Capture.rollouts(setting);
        case HOOKS -> Capture.hooks(setting);
        case OPENING -> Opening.run(setting);
        case GENERATION -> Generations.run(setting);
        case ARMS -> Arms.run(setting);
        case MNIST -> Digits.run(setting);
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(arity = "0..*", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}; all of them by default")
  private List<Name> names = List.of(Name.values());

  @Option(names = "--quick", description = "less work, fewer turns: minutes")
  private boolean quick;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "2", description = "threads of each side (${DEFAULT-VALUE})")
  private int threads;

  @Option(names = "--repeats", paramLabel = "N", description = "turns of each side (5; quick: 3)")
  private Integer repeats;

  @Option(names = "--no-peers", description = "our own figures only")
  private boolean withoutPeers;

  @Option(names = "--json", paramLabel = "FILE", defaultValue = "benchmarks/target/results.json", description = "where every sample is written (${DEFAULT-VALUE})")
  private Path json;

  /// Runs the command.
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("striatum-benchmark");
    Thread tidying = new Thread(() -> delete(folder));
    Runtime.getRuntime().addShutdownHook(tidying);
    boolean large = names.stream().anyMatch(name -> name != Name.MNIST);
    if (large) {
      note("writing 494 M random parameters to " + folder);
      RandomCheckpoint.write(folder, RandomGeneratorFactory.of("L64X128MixRandom").create(5));
    }
    Setting setting = new Setting(folder,
        Path.of(System.getProperty("striatum.home"), "checkpoints", "tiny-reasoner-step2000"), threads,
        repeats == null ? (quick ? 3 : 5) : repeats, quick, !withoutPeers, Benchmarks::note);
    double loadBefore = load();
    List<Comparison> comparisons = new ArrayList<>();
    for (Name name : names) {
      comparisons.addAll(name.run(setting));
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("machine", machine());
    report.put("load before and after", List.of(loadBefore, load()));
    report.put("versions", versions(setting, large));
    report.put("threads", threads);
    report.put("comparisons", comparisons.stream().map(Benchmarks::entry).toList());
    Files.createDirectories(json.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), report);
    print(report, comparisons);
    return 0;
  }

  private static Map<String, Object> entry(Comparison comparison) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", comparison.name());
    entry.put("work", comparison.work());
    entry.put("unit", comparison.unit());
    entry.put("ours", comparison.ours());
    entry.put("peer", comparison.peer());
    entry.put("ratio", comparison.ratio().orElse(null));
    entry.put("target", comparison.target().toString());
    entry.put("reached", comparison.reached().orElse(null));
    entry.put("notes", comparison.notes());
    return entry;
  }

  private static void print(Map<String, Object> report, List<Comparison> comparisons) {
    System.out.printf("%n%s; load %s; %s; %s threads%n%n", report.get("machine"),
        report.get("load before and after"), report.get("versions"), report.get("threads"));
    System.out.printf("%-40s %12s %12s  %-9s %8s  %-8s  %s%n", "", "ours", "peer", "", "ratio", "target", "work");
    for (Comparison comparison : comparisons) {
      String peer = comparison.peer().isEmpty() ? "-" : figure(Comparison.median(comparison.peer()));
      String ratio = comparison.ratio().map(found -> figure(found) + "×").orElse("-");
      System.out.printf("%-40s %12s %12s  %-9s %8s  %-8s  %s%n", comparison.name(),
          figure(Comparison.median(comparison.ours())), peer, comparison.unit(), ratio,
          comparison.target() + (comparison.reached().orElse(true) ? "" : " !"), comparison.work());
      comparison.notes().entrySet().stream().sorted(Map.Entry.comparingByKey())
          .forEach(note -> System.out.printf("%40s %12s%n", note.getKey(), figure(note.getValue())));
    }
    System.out.printf("%nmedians of %s turns; ! marks a target that was missed%n",
        comparisons.stream().map(comparison -> comparison.ours().size()).distinct().sorted()
            .map(Object::toString).reduce((a, b) -> a + " or " + b).orElse("no"));
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }

  /// @param large whether there is a checkpoint for the peer to open
  private static Map<String, String> versions(Setting setting, boolean large) throws Exception {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("Java", Runtime.version().toString());
    versions.put("ONNX Runtime", OnnxModel.runtimeVersion());
    for (Peer peer : large ? setting.peer("capture.py") : List.<Peer>of()) {
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
