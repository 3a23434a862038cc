package org.striatum.cli.engine;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LocalRunnerTest extends UnitRunnerContract {
  /// Three processes at a time.
  public static final class Three implements RunnerFactory {
    @Override
    public UnitRunner open(Path home, Consumer<String> note) {
      return new LocalRunner(new UnitProcess(StandInUnit.class.getName(), _ -> {}), 3);
    }
  }

  @Override
  protected Class<? extends RunnerFactory> factory() {
    return Three.class;
  }

  /// Each is a JVM.
  @Override
  protected int many() {
    return 12;
  }
}
