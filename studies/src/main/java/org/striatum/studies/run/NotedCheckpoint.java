package org.striatum.studies.run;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.hooks.checkpoint.ChecksumCache;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UserCache;

/// Where a run's checkpoint lay when its rollouts were made, and its adapter: one path a line in a file beside the manifest, a convenience
/// for later commands and no part of the result. The run may be a stranger's: what lies there is opened only if it is what the manifest
/// names.
///
/// @param source as it was noted
/// @param files of the checkpoint, by the manifest: name → checksum
/// @param run whose it is
public record NotedCheckpoint(ModelSource source, Map<String, Sha256> files, Path run) {
  private static final String FILE = "checkpoint.path";
  /// Two paths of the longest that Linux knows, every byte of them escaped.
  private static final int LARGEST = 1 << 14;

  /// Records the path of the checkpoint, and of the adapter over it.
  static void write(RunFolder run, ModelSource checkpoint) throws IOException {
    StringBuilder note = new StringBuilder(line(checkpoint.base()));
    checkpoint.adapter().ifPresent(adapter -> note.append(line(adapter)));
    AtomicFile.write(run.folder().resolve(FILE), note.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// What was recorded; empty if nothing was.
  ///
  /// @throws BadDataException if that is no path
  public static Optional<NotedCheckpoint> in(RunFolder run) throws IOException {
    Path file = run.folder().resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    List<String> lines = lines(file);
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    Manifest.Inputs inputs = run.manifest().inputs();
    return Optional.of(new NotedCheckpoint(
        new ModelSource(path(file, lines.getFirst()),
            lines.size() == 1 ? Optional.empty() : Optional.of(path(file, lines.getLast()))),
        inputs.checkpoint() == null ? Map.of() : inputs.checkpoint().files(), run.folder()));
  }

  private static List<String> lines(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new BadDataException(file + " is no path: it has more than " + LARGEST + " bytes");
    }
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() > 2) {
        throw new BadDataException(
            file + " must hold the paths of a checkpoint and of its adapter, found " + lines.size() + " lines");
      }
      return lines;
    } catch (CharacterCodingException malformed) {
      throw new BadDataException(file + " is no path: it is not UTF-8", malformed);
    }
  }

  /// A path on one line, whatever its name holds.
  private static String line(Path path) {
    return path.toAbsolutePath().normalize().toString().replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        + "\n";
  }

  private static Path path(Path file, String line) throws BadDataException {
    try {
      Path path = Path.of(line.translateEscapes());
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException malformed) { // a NUL
      throw new BadDataException(file + " is no path: " + malformed.getReason(), malformed);
    } catch (IllegalArgumentException malformed) { // an escape that is none
      throw new BadDataException(file + " is no path: " + malformed.getMessage(), malformed);
    }
    throw new BadDataException(file + " must hold an absolute path, found '" + line + "'");
  }

  /// Whether something lies there still.
  public boolean exists() {
    return Files.exists(source.base());
  }

  /// The same with what is known of files from earlier processes.
  public void requireUnchanged() throws IOException {
    requireUnchanged(new ChecksumCache(UserCache.folder()));
  }

  /// Refuses what lies there unless its files are those that the run was made of. Nothing is opened but to be read byte by byte.
  ///
  /// @param checksums known ones are not computed again
  /// @throws BadDataException naming the first file that differs, or if none of them is there
  public void requireUnchanged(ChecksumCache checksums) throws IOException {
    boolean found = files.isEmpty();
    for (Map.Entry<String, Sha256> file : files.entrySet()) {
      List<Path> named = named(file.getKey());
      boolean same = false;
      for (Path one : named) {
        same |= checksums.of(one).equals(file.getValue());
      }
      if (!named.isEmpty() && !same) {
        throw new BadDataException("%s of %s is not the file that %s was made with: restore it, or name the checkpoint"
            .formatted(file.getKey(), source, run));
      }
      found |= same;
    }
    if (!found) {
      throw new BadDataException("at %s is not the checkpoint that %s was made with: name the checkpoint"
          .formatted(source, run));
    }
  }

  /// Files of a name, of the checkpoint and of its adapter.
  private List<Path> named(String name) throws IOException {
    return source.folders().stream().map(folder -> folder.resolve(Path.of(name).getFileName()))
        .filter(Files::isRegularFile).distinct().toList();
  }
}
