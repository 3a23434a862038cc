package org.striatum.reports.run;

import java.io.IOException;
import java.nio.file.Path;
import org.striatum.studies.ReportWriter;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.StudyRun;

/// Reports for whoever drives studies from Java; found by the service loader.
public final class RunReportWriter implements ReportWriter {
  @Override
  public Path write(StudyRun run, StudyRegistry registry) throws IOException {
    new ReportStep(registry).write(run);
    return run.folder().report();
  }
}
