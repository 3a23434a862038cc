package org.striatum.cli.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.Study;

/// Results of real runs with all but the first entries of their lists left out, as seeds: a file for each study that a run can hold,
/// `STUDY.json`, or `STUDY@PART.json` where the part says what the results are.
final class SeedFiles {
  static final Path FOLDER = Path.of("src/test/resources/org/striatum/cli/fuzz/seeds");
  private static final String END = ".json";
  private static final String PART = "@";
  /// Entries that are left of each list, the fewest that the record can be read with.
  private static final List<Integer> LENGTHS = List.of(1, 2, 3, 5, 10, Integer.MAX_VALUE);

  private SeedFiles() {}

  /// Kept results.
  ///
  /// @param part of the study; empty where its results are of one kind
  record Seed(Study<?, ?> study, String part) {
    String name() {
      return study.name() + (part.isEmpty() ? "" : PART + part);
    }

    Path file() {
      return FOLDER.resolve(name() + END);
    }

    void read(Path file) throws IOException {
      RecordJson.read(file, study.format(), study.results(part));
    }
  }

  /// In the order of their names.
  static List<Seed> all() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(END)).sorted()
          .map(name -> name.substring(0, name.length() - END.length()).split(PART, 2))
          .map(name -> new Seed(StudyRegistry.standard().named(name[0]), name.length > 1 ? name[1] : "")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes seeds of the results below folders, here and now: for a format that was changed.
  public static void main(String[] folders) throws IOException {
    Files.createDirectories(FOLDER);
    for (String folder : folders) {
      for (Study<?, ?> study : StudyRegistry.standard().studies()) {
        Optional<Path> results = results(Path.of(folder, "results"), study);
        if (results.isPresent()) {
          write(seed(study, results.get()), results.get());
        }
      }
    }
  }

  private static Optional<Path> results(Path folder, Study<?, ?> study) throws IOException {
    Path alone = folder.resolve(study.name() + END);
    Path instances = folder.resolve(study.name());
    if (Files.isRegularFile(alone) || !Files.isDirectory(instances)) {
      return Optional.of(alone).filter(Files::isRegularFile);
    }
    try (Stream<Path> all = Files.list(instances)) {
      return all.filter(file -> file.toString().endsWith(END) && !file.toString().endsWith(".settings.json")).sorted()
          .findFirst();
    }
  }

  private static Seed seed(Study<?, ?> study, Path results) {
    try {
      study.results("");
      return new Seed(study, "");
    } catch (UsageException hasParts) {
      String name = results.getFileName().toString();
      return new Seed(study, name.substring(0, name.length() - END.length()));
    }
  }

  private static void write(Seed seed, Path results) throws IOException {
    for (int length : LENGTHS) {
      JsonNode tree = RecordJson.read(results, JsonNode.class);
      shorten(tree, length);
      Files.write(seed.file(), (new String(RecordJson.compact(tree), StandardCharsets.UTF_8) + "\n")
          .getBytes(StandardCharsets.UTF_8));
      try {
        seed.read(seed.file());
        System.out.println(seed.name() + ": " + Files.size(seed.file()) + " bytes");
        return;
      } catch (IOException | UncheckedIOException tooShort) {
        System.out.println(seed.name() + ", lists of " + length + ": " + tooShort.getMessage());
      }
    }
  }

  private static void shorten(JsonNode node, int length) {
    if (node instanceof ArrayNode list) {
      while (list.size() > length) {
        list.remove(list.size() - 1);
      }
    }
    node.forEach(child -> shorten(child, length));
  }
}
