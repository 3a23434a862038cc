package org.striatum.hooks;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What is known of a model without running it, wherever it came from: for provenance and for people.
///
/// @param name for people
/// @param family `model_type` of the configuration; "onnx" for an ONNX file without one
/// @param folder where configuration and tokenizer lie
/// @param files what determines its figures, by name: configuration, tokenizer, weights; links are not followed
/// @param layers blocks
/// @param width coordinates of the residual stream
/// @param heads query heads; 0 where the file does not say
/// @param vocabulary tokens
/// @param longest positions a sequence can have at most; `Integer.MAX_VALUE` for no limit
/// @param cacheBytes bytes of keys and values that generation keeps a token; 0 where the file does not say
/// @param parameters weights, counted
/// @param weightBytes bytes of all weights on disk
/// @param dtypes element types of the weights, for people
/// @param quantised whether activations are rounded to integers by what a run sees
/// @param bos tokens that a prompt begins with, by the configuration
/// @param pad padding tokens, by the configuration
/// @param details what only this kind of model has, by label, for people
public record ModelFacts(String name, String family, Path folder, SequencedMap<String, Path> files, int layers,
    int width, int heads, int vocabulary, int longest, long cacheBytes, long parameters, long weightBytes,
    String dtypes, boolean quantised, List<Integer> bos, List<Integer> pad, SequencedMap<String, Object> details) {
  public ModelFacts {
    files = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(files));
    bos = List.copyOf(bos);
    pad = List.copyOf(pad);
    details = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(details));
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
