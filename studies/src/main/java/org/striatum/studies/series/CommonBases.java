package org.striatum.studies.series;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.probe.transfer.TransferResults.Basis;

/// Which checkpoints share a basis: a tested pair as the test says; any other where tested pairs link the two, since what two share with
/// a third they share with each other.
final class CommonBases {
  private final Map<String, String> parents = new HashMap<>();
  private final Set<Set<String>> refused = new HashSet<>();

  CommonBases(List<Basis> tested) {
    for (Basis basis : tested) {
      if (basis.common()) {
        parents.put(root(basis.first()), root(basis.second()));
      } else {
        refused.add(Set.of(basis.first(), basis.second()));
      }
    }
  }

  boolean share(String first, String second) {
    return root(first).equals(root(second)) && !refused.contains(Set.of(first, second));
  }

  private String root(String name) {
    String parent = parents.getOrDefault(name, name);
    if (parent.equals(name)) {
      return name;
    }
    String root = root(parent);
    parents.put(name, root);
    return root;
  }
}
