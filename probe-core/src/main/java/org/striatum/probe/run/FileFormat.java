package org.striatum.probe.run;

import java.util.Map;

/// The format of one kind of file. Its version is an integer in every such file, and changes when a reader of the old
/// format would refuse or misread the new one.
///
/// @param kind what such a file holds, such as `value-neurons results`
/// @param version that is written, and the only one that is read
public record FileFormat(String kind, int version) {
  /// The name under which files carry their version: the first member of a JSON object, an entry of safetensors metadata.
  public static final String KEY = "format";

  public FileFormat {
    if (version < 1) {
      throw new IllegalArgumentException("a format version must be ≥ 1, found " + version);
    }
  }

  /// The version as safetensors metadata carry it.
  public Map<String, String> metadata() {
    return Map.of(KEY, Integer.toString(version));
  }

  /// Refuses a safetensors file of another format.
  ///
  /// @param metadata of the file
  /// @param where names the file in the error
  public void require(Map<String, String> metadata, String where) throws OtherFormatException {
    String written = metadata.get(KEY);
    require(written != null && written.matches("\\d{1,9}") ? Integer.valueOf(written) : null, where);
  }

  /// Refuses a file of another format.
  ///
  /// @param found its version; null where it carries none, as in files of earlier versions
  /// @param where names the file in the error
  public void require(Integer found, String where) throws OtherFormatException {
    if (found == null || found != version) {
      throw new OtherFormatException(this, found, where);
    }
  }
}
