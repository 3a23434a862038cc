package org.striatum.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {
  @TempDir
  Path folder;

  @Test
  void writesTheRenderedPage() throws Exception {
    Path file = folder.resolve("report.html");
    RunReport.write(ExampleRun.content(), file);
    assertThat(Files.readString(file)).isEqualTo(RunReport.render(ExampleRun.content()));
    Files.copy(file, Path.of("/tmp/report.html"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
