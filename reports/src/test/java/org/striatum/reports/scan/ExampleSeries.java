package org.striatum.reports.scan;

import java.util.List;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.reports.run.ExampleRun;
import org.striatum.studies.series.SeriesCheckpoint;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesStudy;

/// The invented run as two steps of a series.
public final class ExampleSeries {
  private ExampleSeries() {}

  public static List<SeriesCheckpoint> checkpoints() {
    return List.of(new SeriesCheckpoint("step300", ExampleRun.content().results(), List.of()),
        new SeriesCheckpoint("step1000", ExampleRun.content().results(), List.of()));
  }

  public static SeriesResults results() {
    return compared(checkpoints(), List.of(
        new Basis("step300", "step1000", true, "common basis", 40, 0.9, 0.1, 1, 0.005)));
  }

  /// The comparison of checkpoints with the default settings.
  public static SeriesResults compared(List<SeriesCheckpoint> checkpoints, List<Basis> bases) {
    List<String> names = checkpoints.stream().map(SeriesCheckpoint::name).toList();
    return SeriesStudy.DEFAULT.run(names, name -> checkpoints.get(names.indexOf(name)), bases);
  }

  public static ScanReport.Content content() {
    return new ScanReport.Content("Scan of 3 checkpoints", results(),
        List.of(new ScanReport.Failure("step600 <b>#1</b>", "checkpoint", "model.safetensors is truncated </script>")),
        List.of(new ScanReport.Repeated("/models/step300-copy", "step300")), "{}");
  }
}
