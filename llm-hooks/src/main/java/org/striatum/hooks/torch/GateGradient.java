package org.striatum.hooks.torch;

/// Gradient of a loss with respect to one gate, and how far the gate stood open.
///
/// A hard gate has no gradient in threshold and sharpness: zeros. Neither has a threshold of ±∞. A gain of 0 does have
/// one, so that a shut coordinate can open again; only where its hidden state is ∞ or NaN is the gradient 0.
///
/// @param gain (d)
/// @param threshold (d)
/// @param sharpness (d)
/// @param shift (d)
/// @param openness mean of g over the gated positions: (d); 0 where the mask selected none
public record GateGradient(float[] gain, float[] threshold, float[] sharpness, float[] shift, float[] openness) {
  public GateGradient {
    gain = gain.clone();
    threshold = threshold.clone();
    sharpness = sharpness.clone();
    shift = shift.clone();
    openness = openness.clone();
  }
}
