package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.cli.console.ExitCode;
import org.striatum.probe.run.Sha256;

/// Studies on disks that are too small, and on one that nobody may write: file systems in memory, where this process may
/// mount one.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
class DiskFullTest {
  @TempDir
  private Path folder;

  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectories(folder.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk.toString()))
        .as("only root can mount a small disk").isZero();
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  private static int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start().waitFor();
    } catch (IOException _) {
      return -1; // no such program
    }
  }

  private static Session study(Path output) {
    return Session.of(Stream.concat(Stream.of("study", Session.REASONER, "--output", output),
        Session.SMALL_STUDY.stream()).toArray());
  }

  private static Map<String, Sha256> checksums(Path of) throws IOException {
    Map<String, Sha256> checksums = new LinkedHashMap<>();
    for (String file : Session.files(of)) {
      if (!file.equals(".lock")) {
        checksums.put(file, Sha256.of(of.resolve(file)));
      }
    }
    return checksums;
  }

  @Test
  void aStudyStopsWhereTheDiskEndsAndGoesOnWhenItGrows() throws Exception {
    Path roomy = folder.resolve("roomy/run");
    Session whole = study(roomy);
    assertThat(whole.code()).as(whole.err()).isZero();
    Path run = disk.resolve("run");
    List<String> said = new ArrayList<>();
    Session session = study(run);
    for (int kilobytes = 512; session.code() != ExitCode.DONE; kilobytes += 512) {
      assertThat(session.code()).as(session.err()).isEqualTo(ExitCode.PARTIAL);
      said.add(session.errorLines().getLast());
      assertThat(said.getLast()).containsAnyOf("is full", "are missing").contains("run the same command again");
      assertThat(kilobytes).as("sizes tried; last: %s", said.getLast()).isLessThan(64 << 10);
      assertThat(Session.of("verify", run, "--checksums").code()).as("what is whole stays whole").isIn(ExitCode.DONE,
          ExitCode.USAGE); // no manifest yet
      assertThat(run("mount", "-o", "remount,size=" + kilobytes + "k", disk.toString())).isZero();
      session = study(run);
    }
    assertThat(said).anyMatch(line -> line.contains("the activations need")).hasSizeGreaterThan(3);
    assertThat(checksums(run)).isEqualTo(checksums(roomy));
  }

  @Test
  void aDiskThatNobodyMayWriteIsRefusedAtOnce() throws Exception {
    assertThat(run("mount", "-o", "remount,ro", disk.toString())).isZero();
    for (String command : List.of("study", "scan")) {
      Session session = Session.of(Stream.concat(Stream.of(command, Session.REASONER, "--output", disk.resolve("run")),
          Session.SMALL_STUDY.stream()).toArray());
      assertThat(session.code()).isEqualTo(ExitCode.USAGE);
      assertThat(session.errorLines()).singleElement().asString().contains("cannot be written",
          "choose another folder");
    }
  }
}
