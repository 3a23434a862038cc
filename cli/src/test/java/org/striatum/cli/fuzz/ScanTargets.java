package org.striatum.cli.fuzz;

import static org.striatum.cli.fuzz.FuzzTarget.file;
import static org.striatum.cli.fuzz.FuzzTarget.folder;
import static org.striatum.cli.fuzz.FuzzTarget.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.cli.engine.Expected;
import org.striatum.cli.fuzz.FuzzTarget.Cost;
import org.striatum.cli.process.EndFile;
import org.striatum.cli.scan.ScanFile;
import org.striatum.cli.scan.ScanPlan;
import org.striatum.cli.scan.ScanResults;
import org.striatum.probe.run.RecordJson;
import org.striatum.reports.database.ResultsDatabase;
import org.striatum.reports.figures.ReportCharts;
import org.striatum.studies.registration.PlanFile;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesStep;

/// Readers of scans, plans, units of work and reports.
final class ScanTargets {
  private static final String DATABASE = "results.duckdb";
  private static final String REPORT = """
      <html><head><title>A &lt; B</title></head><script type="application/json" id="charts">{"charts": [{"id": "auroc",
      "title": "AUROC", "spec": {"mark": "line", "description": "d"}, "data": [{"x": 1, "y": null}]}]}</script></html>
      """;

  private ScanTargets() {}

  static List<FuzzTarget> all() {
    return List.of(
        text("scan-file", "checkpoints: [series/step*, other-model]\ntasks: [add, mul]\ndata: a.jsonl\nlimit: 40\n",
            "yaml", ScanFile::read),
        kept("scan-outcomes", "scan.json", ScanResults::read),
        kept("scan-plan", "plan.json", path -> RecordJson.read(path.resolve("plan.json"), ScanPlan.class)),
        kept("study-plan", "study-plan.json", path -> {
          Resealed.plan(path.resolve("study-plan.json"));
          PlanFile.read(path.resolve("study-plan.json"));
        }),
        folder("unit", to -> new Expected(new Environment("striatum", new TreeMap<>(Map.of("java", "25")), 2, "a"),
            new TreeMap<>()).write(to), "unit.json", Expected::in),
        folder("end-of-unit", to -> {
          Files.createDirectories(to);
          Files.writeString(to.resolve("end"), "FINISHED\n3\n\n");
          Files.writeString(to.resolve("end.failure.json"), "{\"exitCode\": 3, \"message\": \"no model\"}");
        }, "end", path -> EndFile.read(path.resolve("end"))),
        file("report-charts", to -> Files.writeString(to, REPORT), ReportCharts::of),
        folder("database-queried", ScanTargets::database, DATABASE,
            path -> ResultsDatabase.query(path, "SELECT * FROM probes", 10)).at(Cost.COMMAND));
  }

  /// A file of a scan that is kept as a seed.
  private static FuzzTarget kept(String name, String file, FuzzTarget.Reading reader) {
    return folder(name, to -> {
      Files.createDirectories(to);
      Files.copy(SeedFiles.FOLDER.resolve("scan").resolve(file), to.resolve(file));
    }, file, reader);
  }

  private static void database(Path to) throws IOException {
    Files.createDirectories(to);
    ResultsDatabase.write(to, List.of(),
        RecordJson.read(new SeedFiles.Seed(SeriesStep.STUDY, "").file(), SeriesStep.STUDY.format(),
            SeriesResults.class));
  }
}
