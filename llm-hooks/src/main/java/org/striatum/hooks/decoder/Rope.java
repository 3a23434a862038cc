package org.striatum.hooks.decoder;

import java.util.List;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Rotary position embedding: coordinate pair (i, i + n/2) of a head turns by position · frequency i.
///
/// @param frequencies radians per position, (rotated width / 2)
/// @param amplitude what cosines and sines are multiplied by
public record Rope(float[] frequencies, double amplitude) {
  private static final List<String> KEYS = List.of("rope_theta", "rope_type", "type", "factor", "low_freq_factor",
      "high_freq_factor", "original_max_position_embeddings", "partial_rotary_factor");

  public Rope {
    frequencies = frequencies.clone();
  }

  /// Reads both generations of configuration: `rope_parameters` (transformers 5) and `rope_theta` with `rope_scaling`
  /// (4.x). Types default, linear and llama3.
  ///
  /// @throws CheckpointException naming a type or key outside those
  public static Rope read(ModelConfig config, int headWidth) throws CheckpointException {
    if (headWidth % 2 != 0) {
      throw new CheckpointException("rotary heads must have an even width, found " + headWidth);
    }
    ModelConfig parameters = config.part("rope_parameters").orElse(null);
    ModelConfig scaling = parameters != null ? parameters : config.part("rope_scaling").orElse(null);
    double theta = parameters != null && parameters.has("rope_theta")
        ? parameters.positive("rope_theta", 10_000)
        : config.positive("rope_theta", 10_000);
    float[] frequencies = new float[headWidth / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) (1 / Math.pow(theta, 2.0 * i / headWidth));
    }
    if (scaling == null) {
      return new Rope(frequencies, 1);
    }
    for (String key : scaling.keys()) {
      if (!KEYS.contains(key)) {
        throw scaling.unsupported(key, "nothing: this key of rotary embeddings is unknown here");
      }
    }
    if (scaling.positive("partial_rotary_factor", 1) != 1) {
      throw scaling.unsupported("partial_rotary_factor", "1");
    }
    String type = scaling.has("rope_type") ? scaling.text("rope_type") : scaling.text("type", "default");
    switch (type) {
      case "default" -> {
      }
      case "linear" -> {
        double factor = scaling.positive("factor", 1);
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] = (float) (frequencies[i] / factor);
        }
      }
      case "llama3" -> scaleByWavelength(frequencies, scaling, config);
      default -> throw scaling.unsupported(scaling.has("rope_type") ? "rope_type" : "type", "default, linear, llama3");
    }
    return new Rope(frequencies, 1);
  }

  /// Llama 3.1's rule: long wavelengths are slowed by `factor`, short ones kept, those between blended.
  private static void scaleByWavelength(float[] frequencies, ModelConfig scaling, ModelConfig config)
      throws CheckpointException {
    double factor = scaling.positive("factor", 1);
    double low = scaling.positive("low_freq_factor", 1);
    double high = scaling.positive("high_freq_factor", 4);
    double context = scaling.has("original_max_position_embeddings")
        ? scaling.size("original_max_position_embeddings")
        : config.size("max_position_embeddings");
    for (int i = 0; i < frequencies.length; i++) {
      double wavelength = 2 * Math.PI / frequencies[i];
      double smooth = Math.clamp((context / wavelength - low) / (high - low), 0, 1);
      frequencies[i] = (float) ((1 - smooth) * frequencies[i] / factor + smooth * frequencies[i]);
    }
  }
}
