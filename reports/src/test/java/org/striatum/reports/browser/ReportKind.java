package org.striatum.reports.browser;

import java.util.List;
import java.util.function.Supplier;
import org.striatum.peft.mnist.ModeSpecialization;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.reports.mnist.ExampleMnist;
import org.striatum.reports.mnist.MnistReport;
import org.striatum.reports.nta.ExampleNta;
import org.striatum.reports.nta.NtaReport;
import org.striatum.reports.run.ExampleRun;
import org.striatum.reports.run.HostileRun;
import org.striatum.reports.run.RunReport;
import org.striatum.reports.scan.ExampleSeries;
import org.striatum.reports.scan.ScanReport;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.series.SeriesCheckpoint;

/// A kind of report: an invented example with everything in it that the kind can hold, and a page of strangers' texts.
record ReportKind(String name, Supplier<String> example, Supplier<String> hostile) {
  /// Every kind.
  static List<ReportKind> all() {
    return List.of(
        new ReportKind("run", () -> RunReport.render(ExampleRun.content()),
            () -> RunReport.render(HostileRun.content())),
        new ReportKind("adaptation", () -> RunReport.render(adaptation(ExampleRun.adaptation())),
            () -> RunReport.render(
                adaptation(Hostile.copy(ExampleRun.adaptation(), AdaptationResults.class, "ranked")))),
        new ReportKind("scan", () -> ScanReport.render(ExampleSeries.content()),
            () -> ScanReport.render(hostileScan())),
        new ReportKind("mnist", () -> MnistReport.render(ExampleMnist.whole(), "{}"),
            () -> MnistReport.render(
                Hostile.copy(ExampleMnist.whole(), ModeSpecialization.class, "mode", "name", "method"),
                manifest())),
        new ReportKind("nta", () -> NtaReport.render(ExampleNta.experiments(), "{}"),
            () -> NtaReport.render(
                ExampleNta.experiments().stream().map(results -> Hostile.copy(results, NtaResults.class, "settings"))
                    .toList(),
                manifest())));
  }

  @Override
  public String toString() {
    return name;
  }

  /// A run that did nothing but learn gates.
  private static RunReport.Content adaptation(AdaptationResults results) {
    StudyResults found = new StudyResults(null, null, null, ExampleRun.named(null), null, null, null, List.of(results),
        null, null, null, null);
    return new RunReport.Content("A gate", ExampleRun.facts(List.of(), ExampleRun.manifest()), found,
        ExampleRun.answers(found), List.of(), List.of(), List.of());
  }

  private static ScanReport.Content hostileScan() {
    List<SeriesCheckpoint> checkpoints = HostileRun.TEXTS.stream()
        .map(text -> new SeriesCheckpoint(text, HostileRun.content().results(), List.of())).toList();
    return new ScanReport.Content(HostileRun.SCRIPT, ExampleSeries.compared(checkpoints, List.of()),
        HostileRun.TEXTS.stream().map(text -> new ScanReport.Failure(text, text, text)).toList(),
        HostileRun.TEXTS.stream().map(text -> new ScanReport.Repeated(text, text)).toList(), manifest());
  }

  private static String manifest() {
    return "{\"a\": \"" + String.join("\", \"", HostileRun.TEXTS) + "\"}";
  }
}
