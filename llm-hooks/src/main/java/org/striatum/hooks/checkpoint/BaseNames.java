package org.striatum.hooks.checkpoint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds weights of a checkpoint by names that a class gives them, whatever prefix each of the two has.
final class BaseNames {
  private final Set<String> names;
  private final Map<String, String> bare = new HashMap<>(); // without prefixes → the name
  private final Set<String> ambiguous = new HashSet<>();

  BaseNames(Set<String> names) {
    this.names = names;
    for (String name : names) {
      if (bare.put(bare(name), name) != null) {
        ambiguous.add(bare(name));
      }
    }
  }

  /// The checkpoint's name of a weight; empty if there is none, or more than one.
  Optional<String> of(String name) {
    if (names.contains(name)) {
      return Optional.of(name);
    }
    return ambiguous.contains(bare(name)) ? Optional.empty() : Optional.ofNullable(bare.get(bare(name)));
  }

  private static String bare(String name) {
    return Checkpoint.PREFIX.matcher(name).replaceFirst("");
  }
}
