package org.striatum.hooks.jinja;

import java.util.HashMap;
import java.util.Map;

/// Variables of a body, over those around it.
final class Scope {
  private final Scope outer;
  private final Map<String, Value> variables = new HashMap<>();

  Scope(Scope outer) {
    this.outer = outer;
  }

  void set(String name, Value value) {
    variables.put(name, value);
  }

  /// The value of a variable, null if there is none.
  Value find(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      Value value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
