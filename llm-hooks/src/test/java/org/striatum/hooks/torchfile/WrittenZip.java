package org.striatum.hooks.torchfile;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// An archive written entry by entry, which can say of an entry what is not so.
final class WrittenZip {
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private final List<byte[]> lines = new ArrayList<>();

  /// What is said of an entry, in the directory and in its own header; as it is where nothing is changed.
  record Said(int method, long directorySize, long headerSize, String headerName, long offset) {
    static Said truly(String name, byte[] content) {
      return new Said(0, content.length, content.length, name, -1);
    }

    Said withMethod(int other) {
      return new Said(other, directorySize, headerSize, headerName, offset);
    }

    Said withDirectorySize(long other) {
      return new Said(method, other, headerSize, headerName, offset);
    }

    Said withHeaderName(String other) {
      return new Said(method, directorySize, headerSize, other, offset);
    }

    Said withOffset(long other) {
      return new Said(method, directorySize, headerSize, headerName, other);
    }
  }

  WrittenZip add(String name, byte[] content) {
    return add(name, content, Said.truly(name, content));
  }

  WrittenZip add(String name, byte[] content, Said said) {
    long offset = said.offset() < 0 ? data.size() : said.offset();
    byte[] header = said.headerName().getBytes(StandardCharsets.UTF_8);
    byte[] local = new byte[30];
    little(local).putInt(0x04034b50).putShort((short) 20).putShort((short) 0).putShort((short) said.method()).putInt(0)
        .putInt(0).putInt((int) said.headerSize()).putInt((int) said.headerSize()).putShort((short) header.length)
        .putShort((short) 0);
    data.writeBytes(local);
    data.writeBytes(header);
    data.writeBytes(content);
    byte[] named = name.getBytes(StandardCharsets.UTF_8);
    byte[] line = new byte[46 + named.length];
    little(line).putInt(0x02014b50).putShort((short) 20).putShort((short) 20).putShort((short) 0)
        .putShort((short) said.method()).putInt(0).putInt(0).putInt((int) said.directorySize())
        .putInt((int) said.directorySize()).putShort((short) named.length).putShort((short) 0).putShort((short) 0)
        .putShort((short) 0).putShort((short) 0).putInt(0).putInt((int) offset).put(named);
    lines.add(line);
    return this;
  }

  /// Writes the archive.
  ///
  /// @param entries that the end of the file announces; −1 for as many as there are
  Path write(Path file, int entries) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(data.toByteArray());
    int directory = all.size();
    lines.forEach(all::writeBytes);
    short count = (short) (entries < 0 ? lines.size() : entries);
    byte[] end = new byte[22];
    little(end).putInt(0x06054b50).putInt(0).putShort(count).putShort(count).putInt(all.size() - directory)
        .putInt(directory)
        .putShort((short) 0);
    all.writeBytes(end);
    return Files.write(file, all.toByteArray());
  }

  private static ByteBuffer little(byte[] into) {
    return ByteBuffer.wrap(into).order(ByteOrder.LITTLE_ENDIAN);
  }
}
