package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

  /// Ctrl-C ends the JVM through its shutdown hooks, as does SIGTERM here.
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "ends processes without their shutdown hooks")
  void anEndingProcessLeavesNothingHalfWritten() throws Exception {
    Process child = Interrupted.start(folder);
    try (BufferedReader out = child.inputReader()) {
      assertThat(out.readLine()).isEqualTo("writing");
      assertThat(folder.resolve(".half.txt.tmp")).exists();
      assertThatThrownBy(() -> RunFolder.create(folder)).isInstanceOf(IllegalArgumentException.class).hasMessage(folder
          + " is being written by process " + child.pid() + ": wait for it or choose another --output");
      child.destroy();
      assertThat(child.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    assertThat(folder.resolve(".half.txt.tmp")).doesNotExist();
    assertThat(folder.resolve("half.txt")).doesNotExist();
    RunFolder.create(folder).close();
  }

  /// A process that holds a run folder with a half-written file until it is ended.
  static final class Interrupted {
    private Interrupted() {}

    static Process start(Path folder) throws IOException {
      return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
          System.getProperty("java.class.path"), Interrupted.class.getName(), folder.toString())
          .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    public static void main(String[] arguments) throws Exception {
      Path folder = Path.of(arguments[0]);
      try (RunFolder _ = RunFolder.create(folder); AtomicFile half = new AtomicFile(folder.resolve("half.txt"))) {
        half.channel().write(bytes("half"));
        System.out.println("writing");
        System.in.read(); // for as long as the test lives
      }
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
