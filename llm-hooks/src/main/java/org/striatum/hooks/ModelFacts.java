package org.striatum.hooks;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.striatum.hooks.decoder.StatedContext;

/// What is known of a model without running it, wherever it came from: for provenance and for people.
///
/// @param name for people
/// @param family `model_type` of the configuration; "onnx" for an ONNX file without one
/// @param folder where configuration and tokenizer are
/// @param files what determines its figures, by name: configuration, tokenizer, weights; links are not followed
/// @param sizes of the decoder
/// @param weights how they are stored
/// @param specialTokens by the configuration
/// @param details what only this kind of model has, by label, for people
public record ModelFacts(String name, String family, Path folder, SequencedMap<String, Path> files, Sizes sizes,
    StoredWeights weights, SpecialTokens specialTokens, SequencedMap<String, Object> details) {
  /// Sizes of the decoder.
  ///
  /// @param layers blocks
  /// @param width coordinates of the residual stream
  /// @param heads query heads; 0 where the file does not say
  /// @param vocabulary tokens
  /// @param longest positions a sequence can have at most; `Integer.MAX_VALUE` for no limit
  /// @param context positions that the configuration says the model is for, as [StatedContext] reads it
  /// @param cacheBytes bytes of keys and values that generation keeps per token; 0 where the file does not say
  public record Sizes(int layers, int width, int heads, int vocabulary, int longest, int context,
      long cacheBytes) {}

  /// The weights as they are stored.
  ///
  /// @param parameters weights, counted
  /// @param bytes of all weights on disk
  /// @param dtypes element types of the weights, for people
  /// @param quantised whether activations are rounded to integers by what a run sees
  public record StoredWeights(long parameters, long bytes, String dtypes, boolean quantised) {}

  /// Tokens that are no text.
  ///
  /// @param bos tokens that a prompt begins with
  /// @param pad padding tokens
  public record SpecialTokens(List<Integer> bos, List<Integer> pad) {
    public SpecialTokens {
      bos = List.copyOf(bos);
      pad = List.copyOf(pad);
    }
  }

  public ModelFacts {
    files = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(files));
    details = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(details));
  }

  public int layers() {
    return sizes.layers();
  }

  public int width() {
    return sizes.width();
  }

  public int heads() {
    return sizes.heads();
  }

  public int vocabulary() {
    return sizes.vocabulary();
  }

  public int longest() {
    return sizes.longest();
  }

  public int context() {
    return sizes.context();
  }

  public long cacheBytes() {
    return sizes.cacheBytes();
  }

  public long parameters() {
    return weights.parameters();
  }

  public String dtypes() {
    return weights.dtypes();
  }

  public boolean quantised() {
    return weights.quantised();
  }

  public List<Integer> bos() {
    return specialTokens.bos();
  }

  public List<Integer> pad() {
    return specialTokens.pad();
  }

  public long weightBytes() {
    return weights.bytes();
  }

  /// Configuration and tokenizer files of a folder that are there, by name.
  static Map<String, Path> textFiles(Path folder, List<String> names) {
    Map<String, Path> there = new LinkedHashMap<>();
    for (String name : names) {
      if (folder.resolve(name).toFile().isFile()) {
        there.put(name, folder.resolve(name));
      }
    }
    return there;
  }
}
