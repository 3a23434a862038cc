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
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.Study;

/// Results of real runs with all but the first entries of their lists left out, as seeds: a file for each study that a run can hold.
final class SeedFiles {
  static final Path FOLDER = Path.of("src/test/resources/org/striatum/cli/fuzz/seeds");
  private static final String END = ".json";
  /// Entries that are left of each list, the fewest that the record can be read with.
  private static final List<Integer> LENGTHS = List.of(1, 2, 3, 5, 10, Integer.MAX_VALUE);

  private SeedFiles() {}

  /// The kept results: every study that has some, in the registry's order.
  static List<Study<?, ?>> studies() {
    return StudyRegistry.standard().studies().stream().filter(study -> Files.exists(of(study))).toList();
  }

  static Path of(Study<?, ?> study) {
    return FOLDER.resolve(study.name() + END);
  }

  static void read(Study<?, ?> study, Path file) throws IOException {
    RecordJson.read(file, study.format(), study.results(""));
  }

  /// Makes seeds of the results below folders, here and now: for a format that was changed.
  public static void main(String[] folders) throws IOException {
    Files.createDirectories(FOLDER);
    for (String folder : folders) {
      for (Study<?, ?> study : StudyRegistry.standard().studies()) {
        Optional<Path> results = results(Path.of(folder, "results"), study);
        if (results.isPresent()) {
          write(study, results.get());
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

  private static void write(Study<?, ?> study, Path results) throws IOException {
    for (int length : LENGTHS) {
      JsonNode tree = RecordJson.read(results, JsonNode.class);
      shorten(tree, length);
      Files.write(of(study), (new String(RecordJson.compact(tree), StandardCharsets.UTF_8) + "\n")
          .getBytes(StandardCharsets.UTF_8));
      try {
        read(study, of(study));
        System.out.println(study.name() + ": " + Files.size(of(study)) + " bytes");
        return;
      } catch (IOException | UncheckedIOException tooShort) {
        System.out.println(study.name() + ", lists of " + length + ": " + tooShort.getMessage());
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
