package org.striatum.cli.engine;

import java.io.IOException;
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

  /// The engine of a name.
  ///
  /// @throws UsageException if there is none, with those that there are
  static Engine named(String name) {
    List<Engine> all = ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get).toList();
    return all.stream().filter(engine -> engine.name().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException("there is no engine '%s': there are %s%s".formatted(name,
            String.join(", ", all.stream().map(Engine::name).toList()), name.equals("spark")
                ? "; build Spark's once with `mvn -Pspark -Dmaven.test.skip package`"
                : "")));
  }
}
