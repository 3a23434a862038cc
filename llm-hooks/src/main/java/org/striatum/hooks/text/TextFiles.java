package org.striatum.hooks.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Files of a checkpoint read whole, after a look at their size.
final class TextFiles {
  static final long MAX_BYTES = 256L << 20;

  private TextFiles() {}

  static byte[] bytes(Path file) throws CheckpointException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + " is larger than 256 MiB: not a file of a tokenizer");
      }
      return Files.readAllBytes(file);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  static String text(Path file) throws CheckpointException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file))).toString();
    } catch (CharacterCodingException broken) {
      throw new CheckpointException(file + " is not UTF-8 text: download it again", broken);
    }
  }
}
