package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.cli.engine.UnitEnd;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.planning.StudyTime;

/// How long the study of one checkpoint will take, measured in a process of its own: whatever a checkpoint does to that, the scan goes on.
///
/// @param unit whose study it is
/// @param time by study
public record MeasuredUnit(ScanUnit unit, StudyTime time) {
  /// The hidden option of `study` that says where to write the estimate, and to stop then.
  public static final String OPTION = "--estimate";

  /// Measures the first unit of a scan that is not finished; empty if all are, or it cannot be measured. The study will say what is wrong
  /// with it.
  static Optional<MeasuredUnit> firstOf(ScanPlan plan, Path folder, UnitProcess process)
      throws IOException, InterruptedException {
    ScanResults before = ScanResults.in(folder);
    Optional<ScanUnit> first = plan.units().stream()
        .filter(unit -> before.of(unit).filter(ScanResults.Outcome::finished).isEmpty()).findFirst();
    return first.isEmpty() ? Optional.empty() : of(first.get(), process);
  }

  private static Optional<MeasuredUnit> of(ScanUnit unit, UnitProcess process)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("striatum-estimate-");
    Path file = work.resolve("time.json");
    Path log = work.resolve("log.txt");
    try {
      List<String> command = new ArrayList<>(unit.command());
      command.addAll(List.of(OPTION, file.toString()));
      UnitEnd end = process.run(unit.name(), command, log);
      if (end.kind() == UnitEnd.Kind.INTERRUPTED) {
        throw new InterruptedException("interrupted before the first checkpoint");
      }
      return Files.exists(file)
          ? Optional.of(new MeasuredUnit(unit, RecordJson.read(file, StudyTime.class)))
          : Optional.empty();
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(log);
      Files.deleteIfExists(work);
    }
  }
}
