package org.striatum.studies.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.Progress;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;

class SeriesStepTest {
  @TempDir
  private Path folder;

  /// As a version of the program wrote it that knew one format less.
  private record Before(String name, List<Study<?, ?>> read) implements Study<SeriesStep.Settings, Before.Results> {
    private record Results(List<String> overlaps) {}

    @Override
    public StudyDescription<SeriesStep.Settings, Results> about() {
      return StudyDescription.of(name, "", SeriesStep.STUDY.about().defaults(), Results.class);
    }

    @Override
    public int version() {
      return SeriesStep.STUDY.version() - 1;
    }

    @Override
    public List<Study<?, ?>> reads(StudyRun scan, SeriesStep.Settings settings) {
      return read;
    }

    @Override
    public Found<Results> find(StudyRun scan, SeriesStep.Settings settings) {
      return Found.only(new Results(List.of("step1 and step2")));
    }
  }

  @Test
  void aComparisonInAnEarlierFormatIsMadeAgain() throws IOException {
    try (RunFolder scan = RunFolder.create(folder)) {
      List<String> notes = new ArrayList<>();
      StudyRun run = new StudyRun(scan, Version.environment(1), RunModel.none(), notes::add, Progress.NONE);
      Before series = new Before("series", List.of());
      run.run(series, series.about().defaults());
      run.run(new Before("database", List.of(series)), series.about().defaults());
      SeriesResults results = run.run(SeriesStep.STUDY, SeriesStep.STUDY.about().defaults());
      assertThat(results.overlaps()).isEmpty();
      assertThat(scan.results(SeriesStep.STUDY)).isEqualTo(results);
      assertThat(scan.manifest().step("database")).as("it was made of the other").isEmpty();
      assertThat(notes).singleElement().asString().contains("series has changed", "database");
      run.run(SeriesStep.STUDY, SeriesStep.STUDY.about().defaults());
      assertThat(notes.getLast()).contains("kept");
    }
  }
}
