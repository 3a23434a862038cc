package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir
  Path folder;

  @Test
  void theTargetAppearsWholeAtTheCommit() throws IOException {
    Path target = folder.resolve("a.txt");
    try (AtomicFile file = new AtomicFile(target)) {
      file.channel().write(bytes("new"));
      assertThat(target).doesNotExist();
      file.commit();
    }
    assertThat(target).hasContent("new");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void withoutACommitTheOldContentStays() throws IOException {
    Path target = Files.writeString(folder.resolve("a.txt"), "old");
    try (AtomicFile file = new AtomicFile(target)) {
      file.channel().write(bytes("half"));
    }
    assertThat(target).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void replacesWhatAKilledWriterLeftWithoutFollowingLinks() throws IOException {
    Path precious = Files.writeString(folder.resolve("precious"), "keep");
    Files.createSymbolicLink(folder.resolve(".a.txt.tmp"), precious);
    AtomicFile.write(folder.resolve("a.txt"), "new".getBytes(StandardCharsets.UTF_8));
    assertThat(precious).hasContent("keep");
    assertThat(folder.resolve("a.txt")).hasContent("new").isRegularFile();
    assertThat(Files.isSymbolicLink(folder.resolve("a.txt"))).isFalse();
  }

  @Test
  void aMissingFolderIsAnError() {
    assertThatThrownBy(() -> new AtomicFile(folder.resolve("none/a.txt"))).isInstanceOf(NoSuchFileException.class);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
