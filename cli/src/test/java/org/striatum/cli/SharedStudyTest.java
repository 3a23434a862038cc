package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.probe.run.FolderLock;

/// A whole study whose steps are cut into shares comes to the bytes of one process, however many processes there are and however often
/// they are killed.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Order(4)
class SharedStudyTest {
  private static final long SEED = 20261130;
  private static final int KILLS = 20;
  /// Steps whose work is shared here, in their order; too few rollouts are continued for dopamine neurons.
  private static final List<String> SHARED = List.of("rollouts", "capture", "probe", "splits", "ablate", "search",
      "compare");

  @TempDir
  private static Path folder;

  private static Map<String, Object> alone;

  @BeforeAll
  static void oneProcess() throws Exception {
    Path run = folder.resolve("alone");
    study(run, 1).finish();
    alone = FolderContents.of(run);
    assertThat(alone).containsKeys("report.html", "results/search.json");
    assertThat(alone.keySet()).filteredOn(name -> name.startsWith("results/ablate/")).hasSize(2);
  }

  private static CommandGroup study(Path run, int workers) throws Exception {
    List<String> words = new ArrayList<>(List.of("study", Session.REASONER.toString()));
    words.addAll(Session.SMALL_STUDY);
    words.addAll(List.of("--batch-size", "8", "--threads", "1", "--workers", String.valueOf(workers), "--output",
        run.toString()));
    return CommandGroup.start(folder, words);
  }

  /// Kills in every step whose work is shared, a random time after its shares were dealt: of everything, or of the driver alone, whose units
  /// end by themselves. Each study that is killed goes on from where the one before it was killed.
  @Test
  void killsChangeNothing() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Integer> killedIn = new TreeMap<>();
    int kills = 0;
    for (int study = 0; kills < KILLS; study++) {
      assertThat(study).as("studies begun until %d kills: %s", KILLS, killedIn).isLessThan(KILLS);
      Path run = folder.resolve("killed" + study);
      for (String step : SHARED) {
        CommandGroup command = study(run, 2);
        if (!isDealt(run, step, command) || command.process().waitFor(random.nextLong(1500), TimeUnit.MILLISECONDS)) {
          break; // the study came to its end
        }
        if (random.nextInt(3) == 0) {
          command.killWorker();
        } else {
          command.kill();
        }
        kills++;
        killedIn.merge(step, 1, Integer::sum);
        FolderLock.awaitFree(run, Duration.ofSeconds(30));
      }
      study(run, 2).finish();
      assertThat(FolderContents.of(run)).as("seed %d, killed in %s", SEED, killedIn).isEqualTo(alone);
    }
    System.out.println("killed in steps under way, and finished: " + killedIn);
    assertThat(killedIn).containsKeys("rollouts", "probe", "ablate", "search");
  }

  /// Waits until a step's shares are dealt; false if the command ends before.
  private static boolean isDealt(Path run, String step, CommandGroup command) throws Exception {
    while (command.process().isAlive()) {
      if (Files.isDirectory(run.resolve("shares"))) {
        try (Stream<Path> all = Files.list(run.resolve("shares"))) {
          if (all.anyMatch(folder -> folder.getFileName().toString().startsWith(step))) {
            return true;
          }
        }
      }
      Thread.sleep(5);
    }
    return false;
  }
}
