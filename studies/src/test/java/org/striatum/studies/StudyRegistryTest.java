package org.striatum.studies;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.studies.run.Study;

class StudyRegistryTest {
  private static final int MOST = 7;

  private static Stream<Study<?, ?>> studies() {
    return StudyRegistry.standard().studies().stream();
  }

  /// More values than that cannot be told apart by their place.
  @ParameterizedTest
  @MethodSource("studies")
  void settingsHaveFewComponents(Study<?, ?> study) {
    List<Class<?>> all = new ArrayList<>();
    collect(study.about().defaults().getClass(), all);
    assertThat(all).allSatisfy(record -> assertThat(record.getRecordComponents().length).as(record.getName())
        .isLessThanOrEqualTo(MOST));
  }

  private static void collect(Class<?> record, List<Class<?>> all) {
    if (record.isRecord() && !all.contains(record)) {
      all.add(record);
      for (RecordComponent component : record.getRecordComponents()) {
        collect(component.getType(), all);
      }
    }
  }
}
