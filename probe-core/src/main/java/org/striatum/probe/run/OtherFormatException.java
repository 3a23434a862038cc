package org.striatum.probe.run;

/// A file is whole but of a format that this version does not read.
public final class OtherFormatException extends BadDataException {
  private static final long serialVersionUID = 1;

  private final transient FileFormat read;
  private final transient Integer found;

  /// @param found null where the file carries no version
  OtherFormatException(FileFormat read, Integer found, String where) {
    super("%s (%s): expected format %d, found %s".formatted(where, read.kind(), read.version(), found == null
        ? "none: an earlier version made this file, make it again"
        : found > read.version()
            ? "%d: a later version made this file, read it with that one".formatted(found)
            : "%d: an earlier version made this file, make it again".formatted(found)));
    this.read = read;
    this.found = found;
  }

  /// The format that is read.
  public FileFormat read() {
    return read;
  }

  /// Whether a later version of the program made the file.
  public boolean isOfALaterVersion() {
    return found != null && found > read.version();
  }
}
