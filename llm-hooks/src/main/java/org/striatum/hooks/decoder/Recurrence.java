package org.striatum.hooks.decoder;

/// Sizes of a layer that carries a state from token to token: a causal convolution of few positions and a matrix of each head.
///
/// @param channels that are convolved, each by itself
/// @param kernel positions that the convolution sees
/// @param heads matrices of the state
/// @param keyWidth rows of such a matrix
/// @param valueWidth columns of such a matrix
public record Recurrence(int channels, int kernel, int heads, int keyWidth, int valueWidth) {
  public Recurrence {
    if (channels < 1 || kernel < 1 || heads < 1 || keyWidth < 1 || valueWidth < 1) {
      throw new IllegalArgumentException("sizes of a recurrence must be ≥ 1, found " + channels + ", " + kernel + ", "
          + heads + ", " + keyWidth + " and " + valueWidth);
    }
  }
}
