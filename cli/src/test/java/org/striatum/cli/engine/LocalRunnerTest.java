package org.striatum.cli.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

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

  /// Those of this Java come behind, so that what a user gave holds.
  @Test
  void aUnitsCompilerIsPatient(@TempDir Path folder) throws Exception {
    Path told = folder.resolve("told");
    UnitEnd end = new UnitProcess(StandInUnit.class.getName(), _ -> {}).run("one", List.of("options", told.toString()),
        folder.resolve("log.txt"));
    assertThat(end.isSuccess()).isTrue();
    assertThat(Files.readAllLines(told)).containsSubsequence(UnitCompiler.OPTIONS)
        .containsSubsequence(UnitCompiler.OPTIONS.getLast(), "--sun-misc-unsafe-memory-access=allow");
  }
}
