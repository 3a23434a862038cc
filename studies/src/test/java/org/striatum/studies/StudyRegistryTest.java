package org.striatum.studies;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.probe.run.RecordJson;
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

  /// `show` prints them and `--set` takes them.
  @ParameterizedTest
  @MethodSource("studies")
  void settingsHoldConstantsByTheirPrintedNames(Study<?, ?> study) {
    List<Class<?>> all = new ArrayList<>();
    collect(study.about().defaults().getClass(), all);
    assertThat(all.stream().flatMap(record -> Arrays.stream(record.getRecordComponents()))
        .map(RecordComponent::getGenericType).flatMap(StudyRegistryTest::types).filter(Class::isEnum))
        .allSatisfy(constants -> assertThat(RecordJson.tree(constants.getEnumConstants()[0]).textValue())
            .as(constants.getName()).isLowerCase());
  }

  /// A type and those in its angle brackets.
  private static Stream<Class<?>> types(Type type) {
    return switch (type) {
      case Class<?> plain -> Stream.of(plain);
      case ParameterizedType of -> Arrays.stream(of.getActualTypeArguments()).flatMap(StudyRegistryTest::types);
      default -> Stream.of();
    };
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
