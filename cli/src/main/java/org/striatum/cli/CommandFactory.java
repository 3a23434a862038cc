package org.striatum.cli;

import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.Map;
import org.striatum.cli.console.Console;
import org.striatum.studies.StudyRegistry;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/// Gives every command its console and the registered studies.
///
/// @param console receives results, messages and progress
record CommandFactory(Console console, StudyRegistry registry) implements IFactory {
  @Override
  public <K> K create(Class<K> type) throws Exception {
    Map<Class<?>, Object> given = Map.of(Console.class, console, StudyRegistry.class, registry);
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() > 0
          && given.keySet().containsAll(Arrays.asList(constructor.getParameterTypes()))) {
        return type.cast(constructor.newInstance(
            Arrays.stream(constructor.getParameterTypes()).map(given::get).toArray()));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
