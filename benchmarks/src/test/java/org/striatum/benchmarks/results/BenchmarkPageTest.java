package org.striatum.benchmarks.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.benchmarks.measure.Comparison;
import org.striatum.benchmarks.measure.Comparison.Target;
import org.striatum.benchmarks.measure.Findings;
import org.striatum.benchmarks.measure.Kernel;
import org.striatum.benchmarks.measure.Trend;

class BenchmarkPageTest {
  private static final List<String> ORDER = List.of("lasso", "scan", "mnist");

  private static Measured measured(String date, double ours, List<Double> peer) {
    return new Measured(new Conditions(date, 12, "machine", 1, 2, 2, Map.of("Java", "25")),
        Findings
            .of(List.of(new Comparison("lasso path", "100 penalties", "paths/s", "scikit-learn", List.of(ours, ours),
                peer, 1.25, new Target(Target.Kind.TIMES_THE_PEER, 1.5), Map.of("share", 0.5)))));
  }

  @Test
  void showsFiguresRatioTargetAndVerdict() {
    String page = new BenchmarkPage(
        new Results(Map.of("lasso", measured("2026-01-01 10:00", 3, List.of(2.0, 1.5)), "mnist",
            measured("2026-01-02 10:00", 2, List.of(2.0)), "scan", measured("2026-01-03 10:00", 2, List.of()))),
        ORDER)
        .tables();
    assertThat(page).contains("1 of 2 targets reached, 1 without a peer to compare with.");
    assertThat(row(page, "`lasso` | lasso path")).isEqualTo(
        "| `lasso` | lasso path | 3 | 1.75 | paths/s | scikit-learn | **1.71×** | 1.25× | ≥ 1.5× | reached | 2 | 100 penalties |");
    assertThat(row(page, "`mnist` | lasso path")).contains("| **1×** |", "| **missed** |");
    assertThat(row(page, "`scan` | lasso path")).contains("| - |", "| no peer |").doesNotContain("reached", "missed");
    assertThat(page.indexOf("`lasso`")).isLessThan(page.indexOf("`scan`"));
    assertThat(page).contains("| `mnist` | 2026-01-02 10:00 | 12 | 1 → 2 | 1 |");
  }

  @Test
  void showsTrendsAndKernels() {
    Trend flat = new Trend("peak memory", "a capture", "tokens", "MB", List.of(1.0, 2.0, 4.0, 4.0),
        List.of(100.0, 130.0, 180.0, 200.0), Trend.Growth.FLAT, 0.1);
    Measured scan = new Measured(measured("2026-01-01 10:00", 1, List.of()).conditions(),
        new Findings(List.of(), List.of(flat), List.of(new Kernel("Statistics.auroc", "10 scores", 12.5, 0.25, 2000))));
    String page = new BenchmarkPage(new Results(Map.of("scan", scan)), ORDER).tables();
    assertThat(row(page, "`scan` | peak memory")).contains("1 → 100, 2 → 130, 4 → 190", "| flat |", "**missed**");
    assertThat(row(page, "`Statistics.auroc`")).isEqualTo("| `Statistics.auroc` | 12.5 | ± 0.25 | 2 | 10 scores |");
    assertThat(page).contains("0 of 1 targets reached.");
  }

  @Test
  void oneWorkMeasuredAgainLeavesTheOthersAndWhatIsWrittenByHand(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("results.json");
    Path page = folder.resolve("docs").resolve("benchmarks.md");
    Results.read(file).with("lasso", measured("2026-01-01 10:00", 3, List.of(2.0)))
        .with("mnist", measured("2026-01-01 11:00", 3, List.of(1.0))).write(file);
    new BenchmarkPage(Results.read(file), ORDER).write(page);
    Files.writeString(page, "Before.\n" + Files.readString(page) + "After.\n");
    Results.read(file).with("lasso", measured("2026-02-02 10:00", 7, List.of(2.0))).write(file);
    new BenchmarkPage(Results.read(file), ORDER).write(page);
    String written = Files.readString(page);
    assertThat(written).startsWith("Before.\n# Benchmarks\n").endsWith(BenchmarkPage.END + "\nAfter.\n")
        .containsOnlyOnce(BenchmarkPage.BEGIN)
        .contains("| `lasso` | 2026-02-02 10:00 |", "| `mnist` | 2026-01-01 11:00 |", "**3.50×**", "**3×**")
        .doesNotContain("2026-01-01 10:00");
    new BenchmarkPage(Results.read(file), ORDER).write(page);
    assertThat(page).hasContent(written);
  }

  @Test
  void refusesAPageWithoutItsMarks() {
    BenchmarkPage page = new BenchmarkPage(new Results(Map.of()), ORDER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> page.within("# Benchmarks\n" + BenchmarkPage.END + BenchmarkPage.BEGIN))
        .withMessageContaining("must contain the line");
    assertThatIllegalArgumentException().isThrownBy(() -> page.within("# Benchmarks\n"));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "NaN, -", "0.00123, 0.0012", "0.1234, 0.12", "3, 3", "3.14159, 3.14", "-31.4159, -31.4",
      "1234.5, '1,235'"})
  void figuresAreAsLongAsTheyMatter(double value, String printed) {
    assertThat(BenchmarkPage.figure(value)).isEqualTo(printed);
  }

  private static String row(String page, String beginning) {
    return page.lines().filter(line -> line.startsWith("| " + beginning)).findFirst().orElseThrow();
  }
}
