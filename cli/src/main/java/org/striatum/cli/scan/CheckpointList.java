package org.striatum.cli.scan;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.LoraAdapter;
import org.striatum.probe.run.UsageException;

/// Finds the checkpoints given by a scan's arguments.
public final class CheckpointList {
  private CheckpointList() {}

  /// Checkpoints in the given order; those of one folder or glob in natural order, each once.
  ///
  /// @param arguments a checkpoint (a folder with `config.json` or an adapter, or an ONNX file), a folder whose children are checkpoints,
  ///     or a glob over either
  /// @throws UsageException if there is no checkpoint for one of them
  public static List<Path> find(List<String> arguments) throws IOException {
    SequencedSet<Path> found = new LinkedHashSet<>();
    for (String argument : arguments) {
      Path path = Path.of(argument);
      if (Files.exists(path)) {
        found.addAll(at(path));
      } else {
        found.addAll(matching(argument));
      }
    }
    return found.stream().map(path -> path.toAbsolutePath().normalize()).distinct().toList();
  }

  private static List<Path> at(Path path) throws IOException {
    if (isCheckpoint(path)) {
      return List.of(path);
    }
    if (!Files.isDirectory(path)) {
      throw new UsageException(
          path + " is not a checkpoint: give a folder with a config.json or an adapter, or an .onnx file");
    }
    List<Path> children = below(path, 1).stream().filter(CheckpointList::isCheckpoint).toList();
    if (children.isEmpty()) {
      throw new UsageException(
          path + " is neither a checkpoint (no config.json in it) nor a folder of checkpoints");
    }
    return children;
  }

  private static List<Path> matching(String glob) throws IOException {
    Path pattern = Path.of(glob);
    if (!isGlob(glob)) {
      throw new UsageException("no checkpoint at " + glob);
    }
    Path start = pattern.isAbsolute() ? pattern.getRoot() : Path.of("");
    int fixed = 0;
    while (!isGlob(pattern.getName(fixed).toString())) {
      start = start.resolve(pattern.getName(fixed++));
    }
    List<Path> matches = new ArrayList<>();
    if (Files.isDirectory(start)) {
      PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
      int depth = pattern.getNameCount() - fixed;
      for (Path match : below(start, depth)) {
        if (matcher.matches(match) && (isCheckpoint(match) || holdsCheckpoints(match))) {
          matches.addAll(at(match));
        }
      }
    }
    if (matches.isEmpty()) {
      throw new UsageException(
          "no checkpoint matches '" + glob + "': put the pattern in quotes, and check it with ls");
    }
    return matches;
  }

  private static boolean isGlob(String text) {
    return text.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private static boolean isCheckpoint(Path path) {
    return Files.isDirectory(path)
        ? Files.isRegularFile(path.resolve("config.json")) || Files.isDirectory(path.resolve("snapshots"))
            || LoraAdapter.isIn(path)
        : path.toString().endsWith(".onnx") && Files.isRegularFile(path);
  }

  private static boolean holdsCheckpoints(Path path) throws IOException {
    return Files.isDirectory(path) && below(path, 1).stream().anyMatch(CheckpointList::isCheckpoint);
  }

  /// Everything below a folder, in natural order.
  private static List<Path> below(Path folder, int depth) throws IOException {
    try (Stream<Path> paths = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
      return paths.filter(path -> !path.equals(folder))
          .sorted((a, b) -> NaturalOrder.INSTANCE.compare(a.toString(), b.toString())).toList();
    }
  }
}
