package org.striatum.hooks.jinja;

import java.util.List;
import java.util.SequencedMap;

/// The arguments of a call, and the interpreter that made it.
record Call(Interpreter interpreter, List<Value> positional, SequencedMap<String, Value> named) {

  Value argument(int place, String name, Value otherwise) {
    if (place < positional.size()) {
      return positional.get(place);
    }
    return named.getOrDefault(name, otherwise);
  }

  Value required(int place, String name) {
    Value value = argument(place, name, null);
    if (value == null) {
      throw new TemplateException("the argument '" + name + "' is missing");
    }
    return value;
  }

  String text(int place, String name) {
    return Values.plainText(required(place, name));
  }

  String text(int place, String name, String otherwise) {
    Value value = argument(place, name, null);
    return value == null || value instanceof Value.None ? otherwise : Values.plainText(value);
  }

  long integer(int place, String name, long otherwise) {
    Value value = argument(place, name, null);
    return value == null || value instanceof Value.None ? otherwise : Values.integer(value);
  }

  boolean flag(int place, String name, boolean otherwise) {
    Value value = argument(place, name, null);
    return value == null ? otherwise : Values.truth(value);
  }

  /// Refuses arguments beyond those that are known.
  Call only(int most, String... names) {
    List<String> known = List.of(names);
    if (positional.size() > most) {
      throw new TemplateException("at most " + most + " arguments are expected, found " + positional.size());
    }
    for (String name : named.keySet()) {
      if (!known.contains(name)) {
        throw new TemplateException("the argument '" + name + "' is not known");
      }
    }
    return this;
  }
}
