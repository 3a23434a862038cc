package org.striatum.cli.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.Sha256;

/// Checksums put right after a file was made wrong, as somebody would who means harm: what is read then is not stopped by them.
final class Resealed {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FRAME = 2 * Integer.BYTES;

  private Resealed() {}

  /// A run's manifest is given the checksum of one of its files.
  static void output(Path run, String file) throws IOException {
    Path manifest = run.resolve("manifest.json");
    JsonNode tree = JSON.readTree(Files.readAllBytes(manifest));
    String sum = Sha256.of(run.resolve(file)).hex();
    for (JsonNode step : tree.path("steps")) {
      if (step.path("outputs").has(file)) {
        ((ObjectNode) step.path("outputs")).put(file, sum);
      }
    }
    Files.write(manifest, RecordJson.pretty(tree));
  }

  /// A JSON file is given the checksum of another file.
  static void field(Path json, String field, Path of) throws IOException {
    ObjectNode tree = (ObjectNode) JSON.readTree(Files.readAllBytes(json));
    Files.write(json, RecordJson.compact(tree.put(field, Sha256.of(of).hex())));
  }

  /// A plan is given its own checksum, where it is JSON.
  static void plan(Path file) throws IOException {
    JsonNode tree = RecordJson.read(file, JsonNode.class);
    if (tree instanceof ObjectNode root && root.has("plan")) {
      root.put("seal", Sha256.of(RecordJson.compact(root.path("plan"))).hex());
      Files.write(file, RecordJson.compact(root));
    }
  }

  /// The frames of a journal are given their checksums, up to the first that is cut off.
  static void journal(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + FRAME <= bytes.capacity();) {
      int length = bytes.getInt(at);
      if (length < 0 || length > bytes.capacity() - at - FRAME) {
        break;
      }
      CRC32C sum = new CRC32C();
      sum.update(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(length).flip());
      sum.update(bytes.slice(at + FRAME, length));
      bytes.putInt(at + Integer.BYTES, (int) sum.getValue());
      at += FRAME + length;
    }
    Files.write(file, bytes.array());
  }
}
