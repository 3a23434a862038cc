package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class NativeLibrariesTest {
  @TempDir
  private Path folder;

  @Test
  void areUnpackedBelowTheCache() throws Exception {
    CommandGroup.start(folder, List.of("inspect", Session.REASONER.toString())).finish();
    assertThat(folder.resolve("cache/libraries/djl/tokenizers")).isNotEmptyDirectory();
  }
}
