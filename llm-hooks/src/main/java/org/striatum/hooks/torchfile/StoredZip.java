package org.striatum.hooks.torchfile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.probe.run.BadDataException;

/// The entries of a mapped zip archive whose entries are stored as they are, and where their bytes lie.
///
/// Every number of the archive is checked against the file's size; what the directory says of an entry must be what stands
/// in front of it, and no two entries may share bytes. (PKWARE, APPNOTE 6.3, sections 4.3 and 4.5.3. Libraries for
/// archives give streams, not places.)
final class StoredZip {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_LOCATOR = 0x07064b50;

  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int END_64_BYTES = 56;
  private static final int LONGEST_COMMENT = 0xFFFF;
  private static final long ALL_ONES = 0xFFFF_FFFFL; // a number that stands in the zip64 field
  private static final int MOST_ENTRIES = 1_000_000;
  private static final int LONGEST_NAME = 4096;

  private final Path file;
  private final MemorySegment bytes;

  /// Bytes of one entry, which lie in the file as they are.
  ///
  /// @param offset of the first byte, absolute in the file
  record Entry(String name, long offset, long length) {
    private long end() {
      return offset + length;
    }
  }

  private record Directory(long offset, long length, long entries) {}

  private StoredZip(Path file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /// Whether a file begins as an archive does.
  static boolean begins(MemorySegment bytes) {
    return bytes.byteSize() >= Integer.BYTES && bytes.get(INT, 0) == LOCAL;
  }

  /// The entries by name, in the order of their bytes.
  ///
  /// @throws BadDataException if the archive is damaged, or an entry is compressed or encrypted
  static SequencedMap<String, Entry> entries(Path file, MemorySegment bytes) throws BadDataException {
    return new StoredZip(file, bytes).entries();
  }

  private SequencedMap<String, Entry> entries() throws BadDataException {
    Directory directory = directory();
    List<Entry> entries = new ArrayList<>();
    long at = directory.offset();
    long end = directory.offset() + directory.length();
    for (long i = 0; i < directory.entries(); i++) {
      require(at + CENTRAL_BYTES <= end && bytes.get(INT, at) == CENTRAL, "its directory is cut off");
      long next = at + CENTRAL_BYTES + unsigned(at + 28) + unsigned(at + 30) + unsigned(at + 32);
      require(next <= end, "its directory is cut off");
      entries.add(entry(at, directory.offset()));
      at = next;
    }
    require(at == end, "its directory holds more than its " + directory.entries() + " entries");
    return apart(entries);
  }

  /// Where the directory lies, which the end of the file says.
  private Directory directory() throws BadDataException {
    long last = bytes.byteSize() - END_BYTES;
    for (long at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
      if (bytes.get(INT, at) == END && at + END_BYTES + unsigned(at + 20) == bytes.byteSize()) {
        return checked(zip64(at) ? directory64(at) : new Directory(number(at + 16), number(at + 12), unsigned(at + 10)),
            at);
      }
    }
    throw damaged("its directory is missing: the file is cut off");
  }

  private boolean zip64(long end) {
    return end >= LOCATOR_BYTES && bytes.get(INT, end - LOCATOR_BYTES) == END_64_LOCATOR;
  }

  private Directory directory64(long end) throws BadDataException {
    long at = bytes.get(LONG, end - LOCATOR_BYTES + 8);
    require(at >= 0 && at <= end - LOCATOR_BYTES - END_64_BYTES && bytes.get(INT, at) == END_64,
        "its zip64 directory is not where it must be");
    return new Directory(bytes.get(LONG, at + 48), bytes.get(LONG, at + 40), bytes.get(LONG, at + 32));
  }

  private Directory checked(Directory directory, long end) throws BadDataException {
    require(directory.offset() >= 0 && directory.length() >= 0 && directory.length() <= end
        && directory.offset() <= end - directory.length(), "its directory lies outside the file");
    require(directory.entries() >= 0 && directory.entries() <= MOST_ENTRIES
        && directory.entries() * CENTRAL_BYTES <= directory.length(),
        "its directory has no room for " + Long.toUnsignedString(directory.entries()) + " entries (at most "
            + MOST_ENTRIES + " are read)");
    return directory;
  }

  /// One entry, by its line in the directory.
  private Entry entry(long at, long directory) throws BadDataException {
    String name = name(at + CENTRAL_BYTES, unsigned(at + 28));
    require((unsigned(at + 8) & 1) == 0, "entry '" + name + "' is encrypted");
    if (unsigned(at + 10) != 0) {
      throw new BadDataException(
          file + ": entry '" + name + "' is compressed, so that it cannot be read where it lies");
    }
    long packed = number(at + 20);
    long length = number(at + 24);
    long local = number(at + 42);
    long field = at + CENTRAL_BYTES + unsigned(at + 28);
    long fields = field + unsigned(at + 30);
    if (length == ALL_ONES || packed == ALL_ONES || local == ALL_ONES) {
      long wide = wide(name, field, fields);
      if (length == ALL_ONES) {
        length = wideNumber(name, wide, fields);
        wide += Long.BYTES;
      }
      if (packed == ALL_ONES) {
        packed = wideNumber(name, wide, fields);
        wide += Long.BYTES;
      }
      if (local == ALL_ONES) {
        local = wideNumber(name, wide, fields);
      }
    }
    require(packed == length, "entry '" + name + "' is stored, so that its two sizes must be one, found " + packed
        + " and " + length);
    return placed(name, local, length, directory);
  }

  /// Where the values of the zip64 field begin.
  private long wide(String name, long field, long end) throws BadDataException {
    for (long at = field; at + 4 <= end; at += 4 + unsigned(at + 2)) {
      if (unsigned(at) == 1) {
        return at + 4;
      }
    }
    throw damaged("entry '" + name + "' has no zip64 field for its sizes");
  }

  private long wideNumber(String name, long at, long end) throws BadDataException {
    require(at + Long.BYTES <= end, "the zip64 field of entry '" + name + "' is cut off");
    return bytes.get(LONG, at);
  }

  /// The entry behind its own header, which must say what the directory says.
  private Entry placed(String name, long local, long length, long directory) throws BadDataException {
    require(length >= 0 && local >= 0 && local <= directory - LOCAL_BYTES,
        "entry '" + name + "' lies outside the file");
    require(bytes.get(INT, local) == LOCAL, "entry '" + name + "' has no header at byte " + local);
    long data = local + LOCAL_BYTES + unsigned(local + 26) + unsigned(local + 28);
    require(data <= directory && length <= directory - data, "entry '" + name + "' of " + length
        + " bytes reaches beyond the file");
    require(unsigned(local + 8) == 0 && name.equals(name(local + LOCAL_BYTES, unsigned(local + 26))),
        "entry '" + name + "' is another one by its own header");
    boolean sizesBehind = (unsigned(local + 6) & 8) != 0;
    long said = number(local + 22);
    require(said == length || said == ALL_ONES || (sizesBehind && said == 0),
        "entry '" + name + "' has " + length + " bytes by the directory and " + said + " by its own header");
    return new Entry(name, data, length);
  }

  private SequencedMap<String, Entry> apart(List<Entry> entries) throws BadDataException {
    entries.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::length));
    SequencedMap<String, Entry> byName = new LinkedHashMap<>();
    long end = 0;
    for (Entry entry : entries) {
      require(entry.offset() >= end, "entry '" + entry.name() + "' overlaps the one before it");
      require(byName.put(entry.name(), entry) == null, "entry '" + entry.name() + "' is there twice");
      end = entry.end();
    }
    return byName;
  }

  private String name(long at, int length) throws BadDataException {
    require(length <= LONGEST_NAME && at + length <= bytes.byteSize(),
        "a name of " + length + " bytes is none of an entry's");
    return new String(bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private int unsigned(long at) {
    return Short.toUnsignedInt(bytes.get(SHORT, at));
  }

  private long number(long at) {
    return Integer.toUnsignedLong(bytes.get(INT, at));
  }

  private void require(boolean holds, String otherwise) throws BadDataException {
    if (!holds) {
      throw damaged(otherwise);
    }
  }

  private BadDataException damaged(String what) {
    return new BadDataException(file + ": " + what + ": the file is damaged, download it again");
  }
}
