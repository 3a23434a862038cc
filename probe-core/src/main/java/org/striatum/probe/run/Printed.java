package org.striatum.probe.run;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A constant with the name that people and files see: what JSON holds, what a table shows, what an option takes.
public interface Printed {
  /// The name, in small letters.
  @JsonValue
  String printed();

  /// The constant of that name.
  ///
  /// @param what is named, for the error, e.g. `solver`
  /// @throws IllegalArgumentException on any other name, listing those there are
  static <E extends Enum<E> & Printed> E named(Class<E> type, String what, String name) {
    return find(type, name).orElseThrow(() -> new IllegalArgumentException(
        what + " must be one of " + String.join(", ", names(type)) + ", found '" + name + "'"
            + NearestNames.meant(name, names(type))));
  }

  /// The constant of that name, if there is one.
  static <E extends Enum<E> & Printed> Optional<E> find(Class<E> type, String name) {
    return Arrays.stream(type.getEnumConstants()).filter(constant -> constant.printed().equals(name)).findFirst();
  }

  /// All names, in the order of their declaration.
  static <E extends Enum<E> & Printed> List<String> names(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Printed::printed).toList();
  }
}
