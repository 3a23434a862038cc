package org.striatum.cli.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// A process that has one unit run that waits: `FACTORY HOME FOLDER FILE`.
public final class ContractDriver {
  private ContractDriver() {}

  public static void main(String[] words) throws Exception {
    RunnerFactory factory = Class.forName(words[0]).asSubclass(RunnerFactory.class).getConstructor().newInstance();
    Path folder = Path.of(words[2]);
    Consumer<String> told = System.err::println;
    try (UnitRunner runner = factory.open(Path.of(words[1]), told)) {
      runner.run(List.of(new WorkUnit("waits", List.of("wait", words[3]), folder, folder.resolve("log.txt"))),
          (_, end) -> told.accept(end.toString()));
    }
  }
}
