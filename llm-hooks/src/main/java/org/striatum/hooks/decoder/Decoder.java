package org.striatum.hooks.decoder;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// One transformer family, described once: embedding, blocks, head. Interpreters decide where a run begins (at the
/// tokens or above a hooked layer) and which rows reach the head.
public interface Decoder {
  /// Families by `model_type`.
  SortedMap<String, Family> FAMILIES = Collections.unmodifiableSortedMap(new TreeMap<>(
      Family.ALL.stream().collect(Collectors.toMap(Family::modelType, family -> family))));

  /// The description of a checkpoint.
  ///
  /// @throws CheckpointException if its `model_type`, or a value in its configuration, is not supported
  static Decoder of(Checkpoint checkpoint) throws CheckpointException {
    String type = checkpoint.config().text("model_type");
    Family family = FAMILIES.get(type);
    if (family == null) {
      refuseRemoteCode(checkpoint.config(), type);
      throw checkpoint.config().unsupported("model_type", "one of " + FAMILIES.size() + " families" + nearest(type)
          + "; export others with optimum-cli export onnx --model FOLDER --task text-generation OUT, and open OUT");
    }
    refuseOtherModels(checkpoint.config());
    return family.reader().describe(checkpoint);
  }

  /// Refuses a model whose code is files of its own folder.
  private static void refuseRemoteCode(ModelConfig config, String type) throws CheckpointException {
    if (config.has("auto_map")) {
      throw config.unsupported("model_type", "one of " + FAMILIES.size() + " families" + nearest(type) + "; '" + type
          + "' is code in the folder's own files (auto_map: trust_remote_code), which is never run: export it with"
          + " optimum-cli export onnx --trust-remote-code --model FOLDER --task text-generation OUT, and open OUT");
    }
  }

  /// Families whose names begin as this one's, in words; they may be other architectures.
  private static String nearest(String type) {
    String begin = type.substring(0, Math.min(4, type.length()));
    List<String> near = FAMILIES.keySet().stream().filter(family -> family.startsWith(begin)).toList();
    return near.isEmpty() ? " (docs/models.md)" : " (docs/models.md), the nearest by name: " + String.join(", ", near);
  }

  /// Refuses keys that make a checkpoint of any family something else than a causal language model in float weights.
  private static void refuseOtherModels(ModelConfig config) throws CheckpointException {
    for (String key : List.of("use_bidirectional_attention", "add_cross_attention", "is_encoder_decoder")) {
      if (config.flag(key, false)) {
        throw config.unsupported(key, "false");
      }
    }
    if (!config.flag("is_causal", true)) {
      throw config.unsupported("is_causal", "true");
    }
    if (config.part("pruned_heads").filter(heads -> !heads.keys().isEmpty()).isPresent()) {
      throw config.unsupported("pruned_heads", "empty");
    }
  }

  DecoderShape shape();

  /// The residual stream entering block 0: (rows, d).
  <T> T embed(Tensors<T> t);

  /// Block `layer`: (rows, d) → (rows, d).
  <T> T block(Tensors<T> t, int layer, T x);

  /// Final norm and head: (rows, d) → (rows, vocabulary).
  <T> T head(Tensors<T> t, T x);
}
