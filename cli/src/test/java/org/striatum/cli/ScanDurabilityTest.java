package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;

/// A scan that is killed (SIGKILL, the whole process group) inside writes, renames and the database export, and at any other
/// moment, comes to the same end by the same command; so does one that is killed again while it goes on, and one that goes on with two
/// checkpoints at a time.
@Tag("slow")
@EnabledOnOs(OS.LINUX)
@Order(1)
class ScanDurabilityTest {
  private static final long SEED = 20261127;
  private static final int KILLS = 6; // of twenty, those of [SharedStudyTest] reach every step of a study

  @TempDir
  private static Path folder;

  private static Path scan;
  private static Path undisturbed;
  private static List<Appeared> appeared; // in its order

  /// A file of the undisturbed scan, and how long after the start it was seen.
  private record Appeared(String file, long nanoseconds) {}

  /// When a scan is killed: some time after a file appears.
  ///
  /// @param place of the file among those of the undisturbed scan; -1 for its start
  /// @param whole whether all of its processes are killed, or only the one that runs the studies
  private record Moment(int place, long nanoseconds, boolean whole) {
    String file() {
      return appeared.get(place).file();
    }

    @Override
    public String toString() {
      return (whole ? "" : "worker ") + (place < 0 ? "start" : file()) + (nanoseconds == 0
          ? ""
          : " + %d ms".formatted(nanoseconds / 1_000_000));
    }
  }

  @BeforeAll
  static void anUndisturbedScan() throws Exception {
    for (String name : List.of("step1", "step22")) {
      Path copy = Session.copy(Session.REASONER, folder.resolve("series").resolve(name));
      // The same model in other files: another checkpoint.
      Files.writeString(copy.resolve("config.json"),
          Files.readString(copy.resolve("config.json")) + " ".repeat(name.length()));
    }
    scan = folder.resolve("scan");
    SequencedMap<String, Long> seen = new LinkedHashMap<>();
    long started = System.nanoTime();
    CommandGroup command = start(1);
    try (Appearances watched = new Appearances(Files.createDirectories(scan))) {
      while (command.process().isAlive()) {
        watched.next().forEach(file -> seen.putIfAbsent(file, System.nanoTime() - started));
      }
    }
    command.finish();
    appeared = seen.entrySet().stream().map(file -> new Appeared(file.getKey(), file.getValue())).toList();
    undisturbed = Files.move(scan, folder.resolve("undisturbed"));
  }

  /// Each scan is killed once in every way, in the order of its files, and goes on each time from where it was.
  @Test
  void aKilledScanComesToTheSameEnd() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    List<String> hits = new ArrayList<>();
    for (int draw = 0; hits.size() < KILLS; draw++) {
      assertThat(draw).as("scans begun until %d moments were met: %s", KILLS, hits).isLessThan(KILLS / 2);
      delete(scan);
      List<Moment> moments = draw(draw, random);
      Map<Path, String> whole = new LinkedHashMap<>();
      for (Moment moment : moments) {
        if (killed(moment)) { // or it was over before
          whole().forEach(whole::putIfAbsent);
          hits.add("%s (%d files under way, %d whole)".formatted(moment, temporary(), whole.size()));
        }
      }
      start(1 + draw % 2).finish();
      String where = "seed %d, draw %d, killed at %s".formatted(SEED, draw, moments);
      assertThat(temporary()).as(where).isZero();
      assertThat(FolderContents.of(scan)).as(where).isEqualTo(FolderContents.of(undisturbed)).containsKeys(
          "results.duckdb checkpoints", "results.duckdb figures", "results.duckdb settings");
      assertThat(whole).as("%s: what was whole is not done again", where).allSatisfy((file, identity) -> assertThat(
          identity(file)).as(file.toString()).isEqualTo(identity));
    }
    System.out.println("killed and finished: " + String.join("; ", hits));
    assertThat(hits).as("kills inside a write").filteredOn(hit -> !hit.contains("(0 files under way"))
        .isNotEmpty();
  }

  /// Inside a write, at a rename, in the database export, at any time.
  private static List<Moment> draw(int draw, SplittableRandom random) {
    return Stream.of(
        at(random, file -> isTemporary(file) && !isOfDatabase(file)),
        at(random, file -> !isTemporary(file) && !FolderContents.APART.contains(Path.of(file).getFileName().toString())
            && !file.equals(FolderContents.DATABASE)),
        at(random, ScanDurabilityTest::isOfDatabase),
        after(appeared.getLast().nanoseconds(), random.nextDouble(0.05, 0.95), draw % 2 == 1))
        .sorted(Comparator.comparingInt(Moment::place)).toList();
  }

  /// Files appear in every scan alike; of changes to one the system tells as many as it likes.
  private static Moment at(SplittableRandom random, Predicate<String> kind) {
    int[] such = IntStream.range(0, appeared.size()).filter(place -> kind.test(appeared.get(place).file())).toArray();
    assertThat(such).isNotEmpty();
    return new Moment(such[random.nextInt(such.length)], 0, true);
  }

  /// A share of the undisturbed scan's time, told from the last file before it: a scan that goes on starts behind its start.
  private static Moment after(long nanoseconds, double share, boolean whole) {
    long time = (long) (nanoseconds * share);
    int place = (int) appeared.stream().filter(file -> file.nanoseconds() <= time).count() - 1;
    return new Moment(place, place < 0 ? time : time - appeared.get(place).nanoseconds(), whole);
  }

  private static boolean isTemporary(String file) {
    return Path.of(file).getFileName().toString().matches("\\..*\\.tmp(\\.wal)?");
  }

  private static boolean isOfDatabase(String file) {
    return file.contains("results.duckdb") || file.startsWith("parquet/");
  }

  /// Whether the scan still ran when its moment came.
  private static boolean killed(Moment moment) throws Exception {
    CommandGroup command = start(1);
    try (Appearances watched = new Appearances(Files.createDirectories(scan))) {
      OptionalLong reached = moment.place() < 0 ? OptionalLong.of(System.nanoTime()) : OptionalLong.empty();
      while (command.process().isAlive()) {
        if (watched.next().stream().anyMatch(file -> moment.place() >= 0 && file.equals(moment.file()))
            && reached.isEmpty()) {
          reached = OptionalLong.of(System.nanoTime());
        }
        if (reached.isPresent() && System.nanoTime() - reached.getAsLong() >= moment.nanoseconds()) {
          if (moment.whole()) {
            command.kill();
          } else {
            command.killWorker();
          }
          return true;
        }
      }
    }
    return false;
  }

  private static CommandGroup start(int workers) throws IOException {
    List<String> command = new ArrayList<>(List.of("scan", folder.resolve("series").toString(), "--output",
        scan.toString(), "--threads", "1", "--workers", String.valueOf(workers)));
    command.addAll(Session.SMALL_STUDY);
    return CommandGroup.start(folder, command);
  }

  private static long temporary() {
    return Session.files(scan).stream().filter(ScanDurabilityTest::isTemporary).count();
  }

  /// Every output of a finished step, and what tells whether it was written again.
  private static Map<Path, String> whole() throws IOException {
    Map<Path, String> whole = new LinkedHashMap<>();
    try (Stream<Path> below = Files.list(scan)) {
      for (Path run : Stream.concat(Stream.of(scan), below.filter(Files::isDirectory)).toList()) {
        if (RunFolder.isRun(run)) {
          for (Manifest.Step step : RunFolder.read(run).manifest().steps()) {
            step.outputs().keySet().forEach(file -> whole.put(run.resolve(file), identity(run.resolve(file))));
            if (step.name().equals("capture")) {
              Session.files(run.resolve("activations")).stream().map(run.resolve("activations")::resolve)
                  .forEach(shard -> whole.put(shard, identity(shard)));
            }
          }
        }
      }
    }
    return whole;
  }

  private static String identity(Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.fileKey() + " " + attributes.lastModifiedTime();
    } catch (IOException gone) {
      return gone.toString();
    }
  }

  private static void delete(Path below) throws IOException {
    if (Files.exists(below)) {
      try (Stream<Path> files = Files.walk(below)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
