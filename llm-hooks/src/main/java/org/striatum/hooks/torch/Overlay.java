package org.striatum.hooks.torch;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Changes added to frozen weights; the weights themselves stay as they are. Immutable.
///
/// With `added` over every bias it is BitFit (arXiv 2106.10199), with `lowRank` over chosen products LoRA, with `added`
/// over every weight full fine-tuning. Zeros change nothing.
///
/// @param added weight → what is added to it, in its own shape, row-major
/// @param lowRank matrix → the low-rank change of the product with it
public record Overlay(SortedMap<String, float[]> added, SortedMap<String, LowRank> lowRank) {
  private static final Overlay NONE = new Overlay(new TreeMap<>(), new TreeMap<>());

  public Overlay {
    SortedMap<String, float[]> copies = new TreeMap<>();
    added.forEach((name, change) -> copies.put(name, change.clone()));
    added = Collections.unmodifiableSortedMap(copies);
    lowRank = Collections.unmodifiableSortedMap(new TreeMap<>(lowRank));
  }

  /// The weights as they are.
  public static Overlay none() {
    return NONE;
  }
}
