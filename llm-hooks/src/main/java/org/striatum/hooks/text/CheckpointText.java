package org.striatum.hooks.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Files of a checkpoint read whole, after a look at their size.
public final class CheckpointText {
  static final long MAX_BYTES = 256L << 20;

  private CheckpointText() {}

  static byte[] bytes(Path file) throws CheckpointException {
    return bytes(file, MAX_BYTES);
  }

  private static byte[] bytes(Path file, long most) throws CheckpointException {
    try {
      if (Files.size(file) > most) {
        throw new CheckpointException(file + " is larger than " + (most >> 20) + " MiB: not read");
      }
      return Files.readAllBytes(file);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// The text of a file in UTF-8.
  ///
  /// @param most bytes that it may have
  /// @throws CheckpointException if it is larger, unreadable or no UTF-8
  public static String read(Path file, long most) throws CheckpointException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file, most))).toString();
    } catch (CharacterCodingException broken) {
      throw new CheckpointException(file + " is not UTF-8 text: download it again, or save it as UTF-8", broken);
    }
  }
}
