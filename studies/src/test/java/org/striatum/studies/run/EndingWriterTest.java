package org.striatum.studies.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.UsageException;

/// A process that ends while it writes a run.
class EndingWriterTest {
  @TempDir
  Path folder;

  /// Ctrl-C ends the JVM through its shutdown hooks, as does SIGTERM here.
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "ends processes without their shutdown hooks")
  void anEndingProcessLeavesNothingHalfWritten() throws Exception {
    Process child = Interrupted.start(folder);
    try (BufferedReader out = child.inputReader()) {
      assertThat(out.readLine()).isEqualTo("writing");
      assertThat(folder.resolve(".half.txt.tmp")).exists();
      assertThatThrownBy(() -> RunFolder.create(folder)).isInstanceOf(UsageException.class).hasMessage(folder
          + " is being written by process " + child.pid() + ": wait for it or choose another folder");
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
        half.channel().write(ByteBuffer.wrap("half".getBytes(StandardCharsets.UTF_8)));
        System.out.println("writing");
        System.in.read(); // for as long as the test lives
      }
    }
  }
}
