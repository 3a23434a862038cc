package org.striatum.cli.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.striatum.probe.run.UsageException;

/// A way to run units, found by name with the JDK's service loader: what a module beside this one registers can be named on the command line.
public interface Engine {
  /// What `--engine` calls it.
  String name();

  /// Opens it.
  ///
  /// @param process runs a command on this machine
  /// @param note told what people should know
  /// @throws UsageException if it cannot be told what the settings say, or is not there
  UnitRunner open(EngineSettings settings, UnitProcess process, Consumer<String> note) throws IOException;

  /// Ends units that are at work below a folder for a driver that has died: they would write there too. The caller holds the folder's lock,
  /// as a driver does while it lives. An engine whose units end with their driver has none.
  ///
  /// @param note told what is ended
  /// @throws UsageException if there may be such units, and they cannot be reached from here
  default void endLeft(Path folder, Consumer<String> note) throws IOException {}

  /// The same of every engine: whichever one worked there before.
  static void endAllLeft(Path folder, Consumer<String> note) throws IOException {
    for (Engine engine : all()) {
      engine.endLeft(folder, note);
    }
  }

  /// The engine of a name.
  ///
  /// @throws UsageException if there is none, with those that there are
  static Engine named(String name) {
    List<Engine> all = all();
    return all.stream().filter(engine -> engine.name().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException("there is no engine '%s': there are %s%s".formatted(name,
            String.join(", ", all.stream().map(Engine::name).toList()), name.equals("spark")
                ? "; build Spark's once with `mvn -Pspark -Dmaven.test.skip package`"
                : "")));
  }

  private static List<Engine> all() {
    return ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get).toList();
  }
}
