package org.striatum.probe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "permissions of POSIX")
class UserCacheTest {
  private static final Path USUAL = Path.of("/home/somebody/.cache/striatum");

  @TempDir
  private Path folder;

  @Test
  void whatTheUserNamesComesFirst() {
    assertThat(UserCache.usual("/own", "/shared", "/home")).isEqualTo(Path.of("/own"));
    assertThat(UserCache.usual(" ", "/shared", "/home")).isEqualTo(Path.of("/shared/striatum"));
    assertThat(UserCache.usual(null, "shared", "/home")).isEqualTo(Path.of("/home/.cache/striatum"));
    assertThat(UserCache.usual(null, null, "?")).isRelative();
  }

  @Test
  void aFolderBelowAFileCannotBeWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThat(UserCache.canBeWritten(folder.resolve("a/b"))).isTrue();
    assertThat(UserCache.canBeWritten(folder)).isTrue();
    assertThat(UserCache.canBeWritten(file.resolve("a"))).isFalse();
    assertThat(UserCache.canBeWritten(file)).isFalse();
  }

  @Test
  void amongTemporaryFilesItIsTheUsersAlone() throws IOException {
    Path own = UserCache.among(folder, "a/b ?", USUAL);
    assertThat(own).isEqualTo(folder.resolve("striatum-a_b__")).isEmptyDirectory();
    assertThat(Files.getPosixFilePermissions(own)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    Files.writeString(own.resolve("kept"), "");
    assertThat(UserCache.among(folder, "a/b ?", USUAL)).isEqualTo(own).isDirectoryContaining("glob:**kept");
  }

  @Test
  void aFolderThatOthersCanWriteIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("striatum-open"));
    Files.setPosixFilePermissions(folder.resolve("striatum-open"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Path elsewhere = UserCache.among(folder, "elsewhere", USUAL);
    Files.createSymbolicLink(folder.resolve("striatum-link"), elsewhere);
    Files.writeString(folder.resolve("striatum-file"), "");
    for (String user : new String[]{"open", "link", "file"}) {
      assertThatThrownBy(() -> UserCache.among(folder, user, USUAL)).as(user).isInstanceOf(UsageException.class)
          .hasMessageContaining(USUAL.toString()).hasMessageContaining("striatum-" + user);
    }
  }
}
