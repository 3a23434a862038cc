package org.striatum.studies.neurons;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.Sha256;
import org.striatum.studies.directions.DirectionFile;
import org.striatum.studies.run.RunFolder;

/// Directions that a study is told, of which the run keeps a copy: `directions/given/SHA256.safetensors`.
///
/// @param name that results are told by
/// @param sha256 of the copy
/// @param times how many times they are added where they are
public record DirectionSelection(String name, Sha256 sha256, double times) implements NeuronSelection {
  /// Towards failure, where a direction is the difference of means of success and failure.
  public static final double DEFAULT_TIMES = -1;
  private static final String GIVEN = "given";

  public DirectionSelection {
    if (!Double.isFinite(times)) {
      throw new IllegalArgumentException("a direction is added a finite number of times, found " + times);
    }
  }

  /// None: a direction is of all coordinates, and what is done to it is not done to single ones.
  @Override
  public List<Integer> at(String dataset, HookPoint hook, RunRankings rankings) {
    return List.of();
  }

  /// Keeps directions at distinct hook points in a run.
  public static DirectionSelection keep(RunFolder run, String name, Collection<Direction> directions, double times)
      throws IOException {
    run.requireWritable();
    Path folder = run.folder().resolve(DirectionFile.FOLDER).resolve(GIVEN);
    Path written = folder.resolve("new" + DirectionFile.ENDING);
    DirectionFile.write(written, directions);
    Sha256 sha256 = Sha256.of(written);
    Files.move(written, file(run, sha256), StandardCopyOption.REPLACE_EXISTING);
    return new DirectionSelection(name, sha256, times);
  }

  private static Path file(RunFolder run, Sha256 sha256) {
    return run.folder().resolve(DirectionFile.FOLDER).resolve(GIVEN).resolve(sha256.hex() + DirectionFile.ENDING);
  }

  /// The directions, by hook point.
  ///
  /// @throws BadDataException if the run's copy is gone or was changed
  public SortedMap<HookPoint, Direction> read(RunFolder run) throws IOException {
    Path file = file(run, sha256);
    if (!Files.isRegularFile(file) || !Sha256.of(file).equals(sha256)) {
      throw new BadDataException(file + " is gone or was changed since '" + name + "' was given: give it again");
    }
    return DirectionFile.read(file);
  }
}
