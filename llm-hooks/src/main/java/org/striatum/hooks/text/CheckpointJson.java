package org.striatum.hooks.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Reads the JSON files of a checkpoint that concern text, which strangers wrote: size and depth are bounded before memory
/// is taken.
public final class CheckpointJson {
  private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(256)
          .maxDocumentLength(CheckpointText.MAX_BYTES).maxNameLength(1 << 20).build())
      .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build());

  private CheckpointJson() {}

  /// The object in `file`.
  ///
  /// @throws CheckpointException if it is too large, unreadable or no JSON object
  public static ObjectNode object(Path file) throws CheckpointException {
    return object(file, CheckpointText.bytes(file));
  }

  static ObjectNode object(Path file, byte[] content) throws CheckpointException {
    try {
      if (JSON.readTree(content) instanceof ObjectNode object) {
        return object;
      }
      throw new CheckpointException(file + " is not a JSON object: download it again");
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file + " is not valid JSON: download it again", broken);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// The object in `file`, an empty one if there is no such file.
  public static ObjectNode objectIfPresent(Path file) throws CheckpointException {
    return Files.isRegularFile(file) ? object(file) : empty();
  }

  static ObjectNode empty() {
    return JSON.createObjectNode();
  }

  /// A value written in the program, as a tree.
  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException wrong) {
      throw new UncheckedIOException(wrong);
    }
  }

  static byte[] bytes(JsonNode tree) {
    try {
      return JSON.writeValueAsBytes(tree);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
