package org.striatum.studies.registration;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.probe.run.AtomicFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// A plan as a file. It holds its own checksum, so that a change by hand is seen before the plan is followed.
///
/// @param sha256 of the file
public record PlanFile(Sha256 sha256, Plan plan) {
  /// Its name in a run folder.
  public static final String NAME = "plan.json";
  private static final FileFormat FORMAT = new FileFormat("plan", 1);
  private static final long LARGEST = 16 << 20;

  /// @param seal checksum of the plan
  private record Sealed(Sha256 seal, JsonNode plan) {}

  /// Writes a plan.
  public static PlanFile write(Path file, Plan plan) throws IOException {
    JsonNode tree = RecordJson.parse(RecordJson.compact(plan), JsonNode.class, file.toString());
    RecordJson.write(file, FORMAT, new Sealed(seal(tree), tree));
    return read(file);
  }

  /// Reads a plan.
  ///
  /// @throws BadDataException if there is none, or it is not what was written
  public static PlanFile read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadDataException("there is no plan " + file);
    }
    if (Files.size(file) > LARGEST) {
      throw new BadDataException(file + ": a plan has at most " + LARGEST + " bytes, found " + Files.size(file));
    }
    byte[] bytes = Files.readAllBytes(file);
    Sealed sealed = RecordJson.parse(bytes, FORMAT, Sealed.class, file.toString());
    if (!seal(sealed.plan).equals(sealed.seal)) {
      throw new BadDataException(file + " was changed since it was written, so it is no plan that was made before: "
          + "its checksum is " + seal(sealed.plan).hex().substring(0, 8) + "…, it says "
          + sealed.seal.hex().substring(0, 8) + "…; make the plan again with other settings");
    }
    Plan plan = RecordJson.parse(RecordJson.compact(sealed.plan), Plan.class, file.toString());
    return new PlanFile(Sha256.of(bytes), plan);
  }

  /// Copies a plan into a run folder.
  static void copy(Path file, Path folder) throws IOException {
    AtomicFile.write(folder.resolve(NAME), Files.readAllBytes(file));
  }

  private static Sha256 seal(JsonNode plan) {
    return Sha256.of(RecordJson.compact(plan));
  }
}
