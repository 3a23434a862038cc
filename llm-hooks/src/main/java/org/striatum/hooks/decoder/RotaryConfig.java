package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.DecoderShape.Heads;
import org.striatum.hooks.decoder.DecoderShape.Reach;

/// What the configurations of the rotary families share.
///
/// @param shape sizes
/// @param epsilon ε of every norm
/// @param activation of the gated MLP
/// @param root what weight names begin with
/// @param head the head's matrix
record RotaryConfig(ModelConfig config, DecoderShape shape, double epsilon, Activation activation, String root,
    Weight head) {
  /// What a family assumes where its configuration says nothing.
  ///
  /// @param keyValueHeads 0 for the number of query heads
  /// @param headWidth 0 for width / heads
  /// @param context positions
  /// @param activationKey the key that names the activation
  record Defaults(int keyValueHeads, int headWidth, int context, double epsilon, boolean tied, String activationKey,
      Activation activation) {}

  static RotaryConfig read(Checkpoint checkpoint, Defaults defaults) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int keyValueHeads = config.size("num_key_value_heads",
        config.mentions("num_key_value_heads") || defaults.keyValueHeads == 0 ? heads : defaults.keyValueHeads);
    if (heads % keyValueHeads != 0) {
      throw config.unsupported("num_key_value_heads", "a divisor of num_attention_heads (" + heads + ")");
    }
    if (!config.has("head_dim") && defaults.headWidth == 0 && width % heads != 0) {
      throw config.unsupported("num_attention_heads", "a divisor of hidden_size (" + width + ")");
    }
    int headWidth = config.size("head_dim", defaults.headWidth == 0 ? width / heads : defaults.headWidth);
    DecoderShape shape = new DecoderShape(config.size("num_hidden_layers"), width, config.size("intermediate_size"),
        new Heads(heads, keyValueHeads, headWidth), config.size("vocab_size"),
        new Reach(config.size("max_position_embeddings", defaults.context), Integer.MAX_VALUE), false);
    String root = checkpoint.root("model.", "embed_tokens.weight");
    Weight embedding = Weight.of(root + "embed_tokens.weight", shape.vocabulary(), width);
    return new RotaryConfig(config, shape, config.positive("rms_norm_eps", defaults.epsilon),
        Activation.read(config, defaults.activationKey, defaults.activation), root,
        checkpoint.head(config.flag("tie_word_embeddings", defaults.tied), embedding, "lm_head.weight"));
  }

  /// The same attention in every layer, scores scaled by 1 / √headWidth.
  ///
  /// @param window 0 for none
  List<Attention> attention(int window) {
    return Collections.nCopies(shape.layers(), attention(1 / Math.sqrt(shape.headWidth()), window, 0));
  }

  /// Attention layer by layer, scores scaled by 1 / √headWidth.
  List<Attention> attention(List<Integer> windows) {
    return windows.stream().map(window -> attention(1 / Math.sqrt(shape.headWidth()), window, 0)).toList();
  }

  Attention attention(double scale, int window, double softCap) {
    return new Attention(shape.heads(), shape.keyValueHeads(), shape.headWidth(), scale, window, softCap);
  }

  /// The same rotation in every layer.
  List<Rope> rope() throws CheckpointException {
    return Collections.nCopies(shape.layers(), RopeParameters.of(config).rope(shape.headWidth()));
  }

  /// The sliding window of each layer, 0 for none, by `layer_types`.
  ///
  /// @param window of a sliding layer; 0 if there is none to slide
  /// @param otherwise the layers' types where the configuration lists none
  List<Integer> windows(int window, List<Boolean> otherwise) throws CheckpointException {
    Optional<List<String>> types = config.texts("layer_types");
    if (types.isPresent() && types.get().size() != shape.layers()) {
      throw config.unsupported("layer_types", "one entry a layer (" + shape.layers() + ")");
    }
    List<Integer> windows = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      boolean slides = otherwise.get(layer);
      if (types.isPresent()) {
        slides = switch (types.get().get(layer)) {
          case "full_attention" -> false;
          case "sliding_attention" -> true;
          default -> throw config.unsupported("layer_types", "full_attention, sliding_attention");
        };
      }
      if (slides && window == 0) {
        throw config.unsupported("sliding_window", "an integer ≥ 1 where layers slide");
      }
      windows.add(slides ? window : 0);
    }
    return windows;
  }

  /// Windows of the Qwen families: with `use_sliding_window`, every layer from `max_window_layers` on.
  List<Integer> qwenWindows() throws CheckpointException {
    int window = config.flag("use_sliding_window", false) ? config.count("sliding_window", 4096) : 0;
    int from = config.count("max_window_layers", 28);
    List<Boolean> slides = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      slides.add(window > 0 && layer >= from);
    }
    return windows(window, slides);
  }
}
