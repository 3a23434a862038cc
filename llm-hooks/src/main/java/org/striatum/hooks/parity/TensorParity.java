package org.striatum.hooks.parity;

/// How one tensor of a reference dump compares.
///
/// @param tensor its name in the dump
/// @param relativeError max|a − b| / max|expected| over real positions; for tokens the share that differ; infinite
///   where nothing could be compared
/// @param note what was compared, or why it could not be
public record TensorParity(String tensor, double relativeError, String note) {
  static TensorParity failed(String tensor, String why) {
    return new TensorParity(tensor, Double.POSITIVE_INFINITY, why);
  }

  public boolean within(double tolerance) {
    return relativeError <= tolerance;
  }
}
