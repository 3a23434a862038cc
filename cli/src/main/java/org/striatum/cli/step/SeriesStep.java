package org.striatum.cli.step;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.RunFolder;
import org.striatum.probe.series.SeriesCheckpoint;
import org.striatum.probe.series.SeriesResults;
import org.striatum.probe.series.SeriesStudy;
import org.striatum.probe.transfer.TransferSettings;

/// Sets the finished runs of a scan side by side: `series.json`. Runs are only read.
///
/// @param checkpoints with everything each has finished
/// @param results of the comparison
public record SeriesStep(List<SeriesCheckpoint> checkpoints, SeriesResults results) {
  private static final String FILE = "series.json";
  /// Of the permutations that tell a common basis.
  private static final long SEED = 1;

  public SeriesStep {
    checkpoints = List.copyOf(checkpoints);
  }

  /// Compares, always anew: it takes a moment.
  ///
  /// @param scan folder that is written to
  /// @param runs name → run folder, in order; may be empty
  public static SeriesStep run(Path scan, SequencedMap<String, Path> runs) throws IOException {
    SequencedMap<String, RunFolder> opened = new LinkedHashMap<>();
    List<SeriesCheckpoint> checkpoints = new ArrayList<>();
    for (Map.Entry<String, Path> run : runs.entrySet()) {
      RunFolder folder = RunFolder.read(run.getValue());
      opened.put(run.getKey(), folder);
      checkpoints.add(new SeriesCheckpoint(run.getKey(), AnswersStep.results(folder)));
    }
    SeriesResults results = SeriesStudy.DEFAULT.run(checkpoints,
        new CompareStep(TransferSettings.DEFAULTS, SEED).bases(opened));
    RecordJson.write(scan.resolve(FILE), results);
    return new SeriesStep(checkpoints, results);
  }
}
