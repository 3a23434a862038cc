package org.striatum.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class TemporaryFolderTest {
  private final FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));

  @TempDir
  private Path folder;

  private Path left(String name, boolean alive) throws IOException {
    Path one = Files.createDirectories(folder.resolve(name));
    if (alive) {
      Files.writeString(one.resolve(TemporaryFolder.LIFE), "");
    }
    Files.writeString(Files.createDirectories(one.resolve("a/b")).resolve("library.so"), "");
    Files.setLastModifiedTime(one, old);
    return one;
  }

  @Test
  void onlyItsUserReadsIt() throws Exception {
    Path own = TemporaryFolder.create();
    try {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own))).isEqualTo("rwx------");
    } finally {
      TemporaryFolder.delete(own);
    }
    assertThat(own).doesNotExist();
  }

  @Test
  void whatNobodyHoldsIsSweptAndAllElseStays() throws Exception {
    Path own = left("striatum-1-1.tmp", true);
    Path killed = left("striatum-2-2.tmp", true);
    Path ended = left("striatum-3-3.tmp", false);
    Path young = left("striatum-4-4.tmp", true);
    Files.setLastModifiedTime(young, FileTime.from(Instant.now()));
    Path running = left("striatum-5-5.tmp", true);
    Path cache = left("striatum-user", false);
    Path others = left("onnxruntime-java1", false);
    Path target = left("target", false);
    Path link = Files.createSymbolicLink(folder.resolve("striatum-6-6.tmp"), target);
    Files.createSymbolicLink(killed.resolve("link"), target);
    Files.setLastModifiedTime(killed, old);
    try (FileChannel held = FileChannel.open(running.resolve(TemporaryFolder.LIFE), StandardOpenOption.WRITE)) {
      held.lock();
      TemporaryFolder.sweep(own);
    }
    assertThat(killed).doesNotExist();
    assertThat(ended).doesNotExist();
    for (Path kept : new Path[]{own, young, running, cache, others, target}) {
      assertThat(kept.resolve("a/b/library.so")).exists();
    }
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }
}
