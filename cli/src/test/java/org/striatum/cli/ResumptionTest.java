package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.FolderLock;

/// Rollouts, hidden states and continuations of the bundled checkpoint whose command is killed (SIGKILL, the whole process
/// group) some times while it works come to the bytes of undisturbed ones. A kill comes once some more records are kept, so
/// that every command has continued where the one before it was killed.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Order(5)
class ResumptionTest {
  private static final long SEED = 20261129;
  private static final int KILLS = 5;

  @TempDir
  private static Path folder;

  private static Path drawn; // undisturbed runs, each going on from the one before
  private static Path captured;
  private static Path probed;
  private static Path continued;

  @BeforeAll
  static void undisturbed() throws Exception {
    drawn = folder.resolve("drawn");
    command(drawn, ROLLOUTS).finish();
    captured = Session.copy(drawn, folder.resolve("captured"));
    command(captured, CAPTURE).finish();
    probed = Session.copy(captured, folder.resolve("probed"));
    command(probed, PROBE).finish();
    continued = Session.copy(probed, folder.resolve("continued"));
    command(continued, CONTINUATIONS).finish();
  }

  private static final List<String> ROLLOUTS = List.of("rollouts", Session.REASONER.toString(), "--tasks",
      "add,mul,mod,expr", "--limit", "200", "-k", "2", "--max-new-tokens", "110", "--batch-size", "20", "--output",
      "{run}");
  private static final List<String> CAPTURE = List.of("capture", Session.REASONER.toString(), "--hooks",
      "blocks.*.hook_resid_post", "--rollouts", "{run}/rollouts.jsonl");
  private static final List<String> PROBE = List.of("probe", "{run}", "--epochs", "1",
      "--ranking-passes", "2", "--hidden", "64", "--permutations", "1", "--random-sets", "2", "--rotations", "1",
      "--control-sets", "1", "--folds", "2", "--nested-permutations", "1", "--resampled-sets", "2", "--probe-seeds",
      "0", "--planted", "0");
  private static final List<String> CONTINUATIONS = List.of("dopamine", "{run}", "-k", "4", "--rollouts", "30",
      "--retrainings", "1", "--batch-size", "20");

  private static CommandGroup command(Path run, List<String> words) throws IOException {
    return CommandGroup.start(folder, words.stream().map(word -> word.replace("{run}", run.toString())).toList());
  }

  @Test
  void rollouts() throws Exception {
    killedAndResumed(folder.resolve("rollouts"), ROLLOUTS, "results/rollouts.json", 40, drawn);
  }

  @Test
  void hiddenStates() throws Exception {
    killedAndResumed(Session.copy(drawn, folder.resolve("states")), CAPTURE, "results/capture.json", 2, captured);
  }

  @Test
  void continuations() throws Exception {
    killedAndResumed(Session.copy(probed, folder.resolve("continuations")), CONTINUATIONS,
        "results/continuations.json", 220, continued);
  }

  private static void killedAndResumed(Path run, List<String> words, String output, int step,
      Path undisturbed) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    Path partial = run.resolve(output + ".partial");
    List<Integer> kept = new ArrayList<>(List.of(0));
    String where = "seed %d, %s".formatted(SEED, output);
    int kills = step > 2 ? KILLS : 3; // there are four shards
    for (int kill = 0; kill < kills; kill++) {
      int target = kept.getLast() + random.nextInt(1, step);
      CommandGroup command = command(run, words);
      while (records(partial) < target) {
        assertThat(command.process().isAlive()).as("%s: kept %s, waiting for %d: %s", where, kept, target,
            command.said()).isTrue();
        Thread.sleep(1);
      }
      command.kill();
      FolderLock.awaitFree(run, Duration.ofSeconds(30));
      assertThat(run.resolve(output)).as(where).doesNotExist();
      // Continuations begin with the entropies of tokens, of which nothing is said.
      if (kill > 0 && (kill == kills - 1 || !output.contains("continuations"))) {
        assertThat(command.said()).as(where).contains("continues at");
      }
      kept.add(records(partial));
    }
    command(run, words).finish();
    System.out.println("killed with so many records kept, and resumed (" + where + "): " + kept);
    assertThat(checksums(run)).as("%s, killed at %s", where, kept).isEqualTo(checksums(undisturbed));
  }

  /// Whole frames of a journal, but for the first, which names the work; -1 where there is none yet.
  private static int records(Path journal) throws IOException {
    int frames = 0;
    if (!Files.exists(journal)) {
      return -1;
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(journal))) {
      while (true) {
        int length = Integer.reverseBytes(in.readInt());
        in.skipNBytes(Integer.BYTES + (long) length);
        frames++;
      }
    } catch (EOFException _) {
      return frames - 1;
    }
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
}
