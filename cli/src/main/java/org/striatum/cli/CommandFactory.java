package org.striatum.cli;

import java.lang.reflect.Constructor;
import org.striatum.cli.console.Console;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/// Gives every command the console it prints to.
///
/// @param console where results, messages and progress go
record CommandFactory(Console console) implements IFactory {
  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Console.class) {
        return type.cast(constructor.newInstance(console));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
