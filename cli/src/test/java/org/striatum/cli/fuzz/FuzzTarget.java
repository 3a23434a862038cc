package org.striatum.cli.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.UsageException;

/// A reader of files that others wrote: what it is given whole, and how it is called.
///
/// @param cost decides how many cases it gets
/// @param seed a valid file or folder; of a folder, `file` is the one that is made wrong
/// @param file its name in the folder; empty if the seed is the file
/// @param reader of the file or the folder; anything it keeps open is closed
record FuzzTarget(String name, Cost cost, Seed seed, String file, Reading reader) {
  /// What a case costs.
  enum Cost {
    /// A tenth of a millisecond.
    CHEAP(1),
    /// A millisecond.
    DEAR(10),
    /// Fifty milliseconds.
    DEARER(100),
    /// A whole command.
    COMMAND(1000);

    private final int times;

    Cost(int times) {
      this.times = times;
    }

    /// A cheap target gets so many times as many cases.
    int times() {
      return times;
    }
  }

  /// Writes the seed.
  interface Seed {
    void write(Path to) throws IOException;
  }

  interface Reading {
    void read(Path path) throws IOException;
  }

  static List<FuzzTarget> all() {
    return Stream.of(ModelTargets.all(), DataTargets.all(), RunTargets.all(), ScanTargets.all())
        .flatMap(List::stream).toList();
  }

  static FuzzTarget named(String name) {
    return all().stream().filter(target -> target.name.equals(name)).findFirst().orElseThrow();
  }

  /// Whether a reader may say so, and the command line ends in one line and an exit code that is not a bug's.
  static boolean isDocumented(Throwable thrown) {
    return thrown instanceof IOException || thrown instanceof UncheckedIOException || thrown instanceof UsageException
        || thrown instanceof NotEnoughData;
  }

  static FuzzTarget file(String name, Seed seed, Reading reader) {
    return new FuzzTarget(name, Cost.CHEAP, seed, "", reader);
  }

  static FuzzTarget file(String name, Path seed, Reading reader) {
    return file(name, to -> Files.copy(seed, to), reader);
  }

  static FuzzTarget folder(String name, Seed folder, String file, Reading reader) {
    return new FuzzTarget(name, Cost.CHEAP, folder, file, reader);
  }

  static FuzzTarget folder(String name, Path folder, String file, Reading reader) {
    return folder(name, to -> copyFiles(folder, to), file, reader);
  }

  static FuzzTarget text(String name, String seed, Reading reader) {
    return text(name, seed, "txt", reader);
  }

  /// The name's end tells some readers the layout, so the file is in a folder of its own.
  static FuzzTarget text(String name, String seed, String end, Reading reader) {
    String file = "seed." + end;
    return folder(name, to -> Files.writeString(Files.createDirectories(to).resolve(file), seed), file,
        folder -> reader.read(folder.resolve(file)));
  }

  FuzzTarget at(Cost other) {
    return new FuzzTarget(name, other, seed, file, reader);
  }

  /// Copies the files of a folder, those below it not.
  static void copyFiles(Path folder, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        Files.copy(each, to.resolve(each.getFileName()));
      }
    }
  }

  static String string(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return name;
  }
}
