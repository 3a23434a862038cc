package org.striatum.hooks.decoder;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Where a configuration says how heads rotate: `rope_parameters` (transformers 5), or `rope_scaling` beside
/// `rope_theta` (4.x and before). Rope types default, linear, llama3, yarn; longrope and dynamic on sequences up to the
/// length at which the reference implementation changes their frequencies. Keys of other types are left unread, as the
/// reference implementation leaves them.
///
/// @param part the object with the parameters, if there is one
/// @param thetaKey the base's key beside the object
/// @param theta the base where nothing gives it
/// @param partialKey the key, beside the object, of the share of a head that rotates; empty where all of it must
/// @param partial the share where nothing gives it
/// @param asLongRope rope types that this family reads as longrope
/// @param ownKeys keys of the object that only this family reads
record RopeParameters(ModelConfig config, Optional<ModelConfig> part, String thetaKey, double theta,
    Optional<String> partialKey, double partial, Set<String> asLongRope, Set<String> ownKeys) {
  /// A rotation by a base alone, of the first `rotated` coordinates.
  static Rope plain(double theta, int rotated) {
    return rope(frequencies(theta, rotated), 1, Integer.MAX_VALUE);
  }

  /// A rotation by a base alone, of a share of the pairs of the whole head; the others stand still.
  static Rope proportional(double theta, double share, int headWidth) {
    double[] plain = frequencies(theta, headWidth);
    for (int i = (int) (share * headWidth / 2); i < plain.length; i++) {
      plain[i] = 0;
    }
    return rope(plain, 1, Integer.MAX_VALUE);
  }

  private static double[] frequencies(double base, int n) {
    double[] plain = new double[(n + 1) / 2]; // an odd share is rounded up to pairs
    for (int i = 0; i < plain.length; i++) {
      plain[i] = 1 / Math.pow(base, 2.0 * i / n);
    }
    return plain;
  }

  /// The usual keys, all of a head rotating.
  static RopeParameters of(ModelConfig config) throws CheckpointException {
    return of(config, "rope_theta");
  }

  static RopeParameters of(ModelConfig config, String thetaKey) throws CheckpointException {
    Optional<ModelConfig> scaling = config.part("rope_scaling").filter(part -> !part.keys().isEmpty());
    Optional<ModelConfig> part = scaling.isPresent() ? scaling : config.part("rope_parameters");
    return new RopeParameters(config, part, thetaKey, 10_000, Optional.empty(), 1, Set.of(), Set.of());
  }

  /// The parameters of one of several types of layer: their part of `rope_parameters`, or `rope_scaling` (which is
  /// about layers with full attention) beside a base of their own. What stands in `rope_parameters` beside such parts is not
  /// read, by the reference implementation neither.
  static RopeParameters ofLayers(ModelConfig config, String layerType, String thetaKey, double theta)
      throws CheckpointException {
    Optional<ModelConfig> all = config.part("rope_parameters");
    Optional<ModelConfig> part = Optional.empty();
    if (all.isPresent()) {
      part = all.get().part(layerType);
    }
    if (layerType.equals("full_attention") && config.has("rope_scaling")) {
      if (part.isPresent()) {
        throw config.unsupported("rope_scaling", "absent where rope_parameters is there");
      }
      part = config.part("rope_scaling");
    }
    return new RopeParameters(config, part, thetaKey, theta, Optional.empty(), 1, Set.of(), Set.of());
  }

  /// The same where a share of each head may rotate.
  RopeParameters partial(String key, double otherwise) {
    return new RopeParameters(config, part, thetaKey, theta, Optional.of(key), otherwise, asLongRope, ownKeys);
  }

  RopeParameters asLongRope(String... types) {
    return new RopeParameters(config, part, thetaKey, theta, partialKey, partial, Set.of(types), ownKeys);
  }

  /// The same with another base where nothing gives it.
  RopeParameters theta(double otherwise) {
    return new RopeParameters(config, part, thetaKey, otherwise, partialKey, partial, asLongRope, ownKeys);
  }

  /// The same where the object may hold these keys.
  RopeParameters with(String... keys) {
    return new RopeParameters(config, part, thetaKey, theta, partialKey, partial, asLongRope, Set.of(keys));
  }

  /// The same where the type may be proportional.
  RopeParameters proportional(String key) throws CheckpointException {
    return partial(key, 1).only("default", "proportional");
  }

  /// The same where no other types are allowed.
  RopeParameters only(String... types) throws CheckpointException {
    if (!List.of(types).contains(type())) {
      throw part.orElseThrow().unsupported(part.get().has("rope_type") ? "rope_type" : "type",
          String.join(", ", types));
    }
    return this;
  }

  /// The same where the object must be there, for the family's own default is a scaled rotation.
  RopeParameters required() throws CheckpointException {
    if (part.isEmpty() && config.has("rope_parameters")) {
      throw config.unsupported("rope_parameters", "parameters by type of layer, full_attention among them");
    }
    if (part.isEmpty()) {
      throw new CheckpointException("config.json has neither 'rope_parameters' nor 'rope_scaling', which '"
          + config.text("model_type") + "' needs: how heads rotate is not known");
    }
    return this;
  }

  /// The rotation of heads of this width.
  ///
  /// @throws CheckpointException naming a type, key or value outside those
  Rope rope(int headWidth) throws CheckpointException {
    String type = type();
    if (type.equals("proportional") && partialKey.isPresent()) {
      ModelConfig own = part.orElseThrow();
      if (own.positive("factor", 1) != 1) {
        throw own.unsupported("factor", "1 with proportional");
      }
      return proportional(own.positive("rope_theta", theta), own.positive("partial_rotary_factor", 1), headWidth);
    }
    int n = rotated(headWidth);
    double base = part.isPresent() && part.get().has("rope_theta")
        ? part.get().positive("rope_theta", theta)
        : config.positive(thetaKey, theta);
    if (ownKeys.contains("alpha") && type.equals("dynamic") && part.orElseThrow().has("alpha")) {
      base *= Math.pow(part.get().positive("alpha"), headWidth / (headWidth - 2.0));
    }
    double[] plain = frequencies(base, n);
    return switch (type) {
      case "default" -> rope(plain, 1, Integer.MAX_VALUE);
      case "linear" -> rope(divided(plain, factor()), 1, Integer.MAX_VALUE);
      case "dynamic" -> { // changes nothing until a sequence outgrows the context
        boolean byAlpha = ownKeys.contains("alpha") && part.orElseThrow().has("alpha");
        if (!byAlpha || part.orElseThrow().has("factor")) {
          factor();
        }
        yield rope(plain, 1, config.size("max_position_embeddings"));
      }
      case "llama3" -> rope(byWavelength(plain), 1, Integer.MAX_VALUE);
      case "yarn" -> rope(ramped(plain, n, base), yarnAmplitude(), Integer.MAX_VALUE);
      case "longrope" -> {
        int context = originalContext();
        part.orElseThrow().has("long_factor"); // of longer sequences, which are refused
        yield rope(divided(plain, part.orElseThrow().numbers("short_factor", plain.length)), longAmplitude(context),
            context);
      }
      default -> throw part.orElseThrow().unsupported(part.get().has("rope_type") ? "rope_type" : "type",
          "default, linear, llama3, yarn, longrope, dynamic");
    };
  }

  private String type() throws CheckpointException {
    if (part.isEmpty()) {
      return "default";
    }
    for (String key : part.get().keys()) {
      if (part.get().isObject(key)) {
        throw part.get().unsupported(key, "nothing: all layers of this family rotate by the same parameters");
      }
    }
    ownKeys.forEach(part.get()::has); // read, or about positions that are one for text
    String old = part.get().text("type", "default");
    String type = part.get().text("rope_type", old);
    if (type.equals("mrope") && ownKeys.contains("mrope_section")) {
      return "default"; // the three positions of a text token are one
    }
    return asLongRope.contains(type) ? "longrope" : type;
  }

  /// Coordinates of a head that rotate.
  private int rotated(int headWidth) throws CheckpointException {
    boolean within = part.isPresent() && part.get().has("partial_rotary_factor");
    ModelConfig holder = within ? part.get() : config;
    String key = within ? "partial_rotary_factor" : partialKey.orElse("partial_rotary_factor");
    double share = holder.positive(key, partial);
    if (share > 1 || (share < 1 && partialKey.isEmpty())) {
      throw holder.unsupported(key, partialKey.isEmpty() ? "1" : "a share ≤ 1");
    }
    int n = (int) (headWidth * share);
    if (n < 1 || (n == headWidth && n % 2 != 0)) {
      throw new CheckpointException(
          "rotary heads must have an even width, found " + n + " rotating coordinates of " + headWidth);
    }
    return n;
  }

  private double factor() throws CheckpointException {
    return part.orElseThrow().positive("factor");
  }

  private int originalContext() throws CheckpointException {
    if (config.has("original_max_position_embeddings")) {
      return config.size("original_max_position_embeddings");
    }
    return part.orElseThrow().size("original_max_position_embeddings", config.size("max_position_embeddings"));
  }

  private static Rope rope(double[] frequencies, double amplitude, int longest) {
    float[] narrowed = new float[frequencies.length];
    for (int i = 0; i < narrowed.length; i++) {
      narrowed[i] = (float) frequencies[i];
    }
    return new Rope(narrowed, amplitude, longest);
  }

  private static double[] divided(double[] plain, double... factors) {
    double[] slowed = plain.clone();
    for (int i = 0; i < slowed.length; i++) {
      slowed[i] /= factors[factors.length == 1 ? 0 : i];
    }
    return slowed;
  }

  /// Llama 3.1's rule: long wavelengths are slowed by `factor`, short ones kept, those between blended.
  private double[] byWavelength(double[] plain) throws CheckpointException {
    double factor = factor();
    double low = part.orElseThrow().positive("low_freq_factor");
    double high = part.orElseThrow().positive("high_freq_factor");
    double context = originalContext();
    double[] slowed = plain.clone();
    for (int i = 0; i < slowed.length; i++) {
      double wavelength = 2 * Math.PI / plain[i];
      double kept = Math.clamp((context / wavelength - low) / (high - low), 0, 1);
      slowed[i] = (1 - kept) * plain[i] / factor + kept * plain[i];
    }
    return slowed;
  }

  /// YaRN (arXiv 2309.00071, section 3.2): pairs that turn more than `beta_fast` times in the original context are
  /// kept, fewer than `beta_slow` slowed by `factor`, those between on a ramp.
  private double[] ramped(double[] plain, int n, double base) throws CheckpointException {
    double factor = yarnFactor();
    double low = pairTurning(yarn("beta_fast", 32), n, base);
    double high = pairTurning(yarn("beta_slow", 1), n, base);
    if (part.orElseThrow().flag("truncate", true)) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    low = Math.max(low, 0);
    high = Math.min(high, n - 1);
    double span = high == low ? 0.001 : high - low;
    double[] slowed = plain.clone();
    for (int i = 0; i < slowed.length; i++) {
      double interpolated = Math.clamp((i - low) / span, 0, 1);
      slowed[i] = plain[i] / factor * interpolated + plain[i] * (1 - interpolated);
    }
    return slowed;
  }

  /// The (fractional) pair that makes this many turns in the original context.
  private double pairTurning(double turns, int n, double base) throws CheckpointException {
    return n * Math.log(originalContext() / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  private double yarn(String key, double otherwise) throws CheckpointException {
    return part.orElseThrow().positive(key, otherwise);
  }

  private double yarnFactor() throws CheckpointException {
    return part.orElseThrow().has("factor")
        ? factor()
        : (double) config.size("max_position_embeddings") / originalContext();
  }

  private double yarnAmplitude() throws CheckpointException {
    ModelConfig yarn = part.orElseThrow();
    if (yarn.has("attention_factor")) {
      return yarn.positive("attention_factor");
    }
    double factor = yarnFactor();
    double scale = yarn.notNegative("mscale", 0);
    double scaleOfAll = yarn.notNegative("mscale_all_dim", 0);
    return scale > 0 && scaleOfAll > 0
        ? magnitude(factor, scale) / magnitude(factor, scaleOfAll)
        : magnitude(factor, 1);
  }

  private static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  private double longAmplitude(int context) throws CheckpointException {
    ModelConfig longRope = part.orElseThrow();
    if (ownKeys.contains("short_mscale")) {
      return longRope.positive("short_mscale");
    }
    if (longRope.has("attention_factor")) {
      return longRope.positive("attention_factor");
    }
    double factor = longRope.has("factor") ? factor() : (double) config.size("max_position_embeddings") / context;
    return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(context));
  }
}
