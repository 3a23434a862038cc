package org.striatum.studies;

import java.io.IOException;
import java.nio.file.Path;
import org.striatum.studies.run.StudyRun;

/// Writes the report of a run. The reports module provides it if it is on the class path; studies do not depend on reports.
public interface ReportWriter {
  /// Writes `report.html` from what the run has finished.
  ///
  /// @param registry of the studies that a run can hold
  /// @return the file
  Path write(StudyRun run, StudyRegistry registry) throws IOException;
}
