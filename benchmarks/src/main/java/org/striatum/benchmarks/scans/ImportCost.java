package org.striatum.benchmarks.scans;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.ProcessTree;
import org.striatum.benchmarks.measure.ProcessTree.Cost;
import org.striatum.benchmarks.measure.Setting;
import org.striatum.benchmarks.measure.Trend;
import org.striatum.benchmarks.measure.Trend.Growth;

/// What `rollouts --import` costs against the number of completions, with the file's own scores and graded anew.
public final class ImportCost {
  private static final int HEAP_MEGABYTES = 384;
  private static final int CHARACTERS = 1400;

  private ImportCost() {}

  public static Findings run(Setting setting) throws Exception {
    if (!ProcessTree.isWatchable()) {
      setting.note().accept("import: this system does not tell what a process takes");
      return new Findings(List.of(), List.of(), List.of());
    }
    CommandLine commands = new CommandLine(setting.folder(), HEAP_MEGABYTES);
    commands.version(); // builds it where sources changed
    List<Trend> trends = new ArrayList<>();
    trends.addAll(trends(setting, commands, "own scores", List.of()));
    trends.addAll(trends(setting, commands, "graded by number", List.of("--grader", "number")));
    return new Findings(List.of(), trends, List.of());
  }

  private static List<Trend> trends(Setting setting, CommandLine commands, String how, List<String> grading)
      throws Exception {
    Path file = setting.folder().resolve("completions.jsonl");
    List<Double> thousands = new ArrayList<>();
    List<Cost> costs = new ArrayList<>();
    for (int turn = 0; turn < (setting.quick() ? 1 : 2); turn++) {
      for (int count : setting.quick() ? new int[]{1, 2, 4} : new int[]{5, 10, 20}) {
        setting.note().accept("import, %s: %d,000 completions, turn %d".formatted(how, count, turn + 1));
        write(file, 1000 * count);
        thousands.add((double) count);
        costs.add(commands.imported(setting.reasoner(), file, grading));
      }
    }
    String work = "`rollouts --import` of completions of %,d characters, as many tokens of the small model, %s, heap ≤ %d MB"
        .formatted(CHARACTERS, how, HEAP_MEGABYTES);
    return ScanCost.trends("1,000 completions, " + how, "1,000 completions", work, thousands, costs, Growth.LINEAR);
  }

  /// Sums in the words of the small model, four completions of a problem, half of them right.
  private static void write(Path file, int completions) throws IOException {
    SplittableRandom random = new SplittableRandom(12);
    try (BufferedWriter lines = Files.newBufferedWriter(file)) {
      for (int i = 0; i < completions; i++) {
        int left = 10 + i / 4;
        boolean right = random.nextBoolean();
        StringBuilder text = new StringBuilder();
        while (text.length() < CHARACTERS) {
          int a = random.nextInt(1000);
          int b = random.nextInt(1000);
          text.append("%d+%d=%d\\n".formatted(a, b, a + b));
        }
        lines
            .write("{\"prompt\": \"%d+7=\", \"choices\": [{\"text\": \"%s#%d\"}], \"answer\": \"%d\", \"reward\": %d}\n"
                .formatted(left, text, left + (right ? 7 : 8), left + 7, right ? 1 : 0));
      }
    }
  }
}
