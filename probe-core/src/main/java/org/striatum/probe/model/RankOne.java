package org.striatum.probe.model;

/// A gate's term along a direction: (read · h) write. With read = u, write = −u and |u| = 1 it takes the part of h along u
/// out (arXiv 2406.11717, §2.4). A coordinate where `read` is 0 is not looked at and one where `write` is 0 is not changed,
/// whatever stands there: both are selections, so that ∞ elsewhere does not become NaN.
///
/// @param read what the hidden state is multiplied by: (d); empty for no term
/// @param write what the product is multiplied by: (d); empty for no term
public record RankOne(float[] read, float[] write) {
  /// No term.
  public static final RankOne NONE = new RankOne(new float[0], new float[0]);

  public RankOne {
    if (read.length != write.length) {
      throw new IllegalArgumentException(
          "a gate's term along a direction reads and writes one number of coordinates, found " + read.length + " and "
              + write.length);
    }
    for (int i = 0; i < read.length; i++) {
      if (!Float.isFinite(read[i]) || !Float.isFinite(write[i])) {
        throw new IllegalArgumentException(
            "a gate's term along a direction must be finite, found a violation at coordinate " + i);
      }
    }
    read = read.clone();
    write = write.clone();
  }

  public boolean isNone() {
    return read.length == 0;
  }

  /// read · h, over the coordinates that are read.
  double product(float[] h) {
    double sum = 0;
    for (int i = 0; i < read.length; i++) {
      sum += read[i] == 0 ? 0 : (double) read[i] * h[i];
    }
    return sum;
  }
}
