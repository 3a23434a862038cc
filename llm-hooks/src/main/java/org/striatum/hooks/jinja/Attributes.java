package org.striatum.hooks.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Loop;
import org.striatum.hooks.jinja.Value.Namespace;
import org.striatum.hooks.jinja.Value.Str;
import org.striatum.hooks.jinja.Value.Undefined;

/// What stands behind a dot and in brackets. A method of the value's type comes first behind a dot, a key in brackets.
///
/// Source: Jinja 3.1.6, `sandbox.py`.
final class Attributes {
  private Attributes() {}

  /// `target.name`
  ///
  /// @throws TemplateException if the target is undefined, or the name leads into Python
  static Value attribute(Value target, String name) {
    return member(target, name).or(() -> entry(target, new Str(name))).orElseGet(() -> missing(target, name));
  }

  /// `target[key]`
  static Value item(Value target, Value key) {
    return entry(target, key)
        .or(() -> key instanceof Str(String name, boolean _) ? member(target, name) : Optional.empty())
        .orElseGet(() -> missing(target, key instanceof Str text ? text.text() : Values.text(key)));
  }

  private static Value missing(Value target, String name) {
    return new Undefined("'" + Values.type(target) + "' has no attribute '" + name + "'");
  }

  private static Optional<Value> member(Value target, String name) {
    if (target instanceof Undefined(String what)) {
      throw new TemplateException(what);
    }
    if (name.startsWith("__")) {
      throw new TemplateException("the attribute '" + name + "' is not for templates");
    }
    return switch (target) {
      case Namespace(var attributes) -> Optional.ofNullable(attributes.get(name));
      case Loop loop -> Optional.of(loop.attribute(name));
      default -> Methods.find(target, name);
    };
  }

  private static Optional<Value> entry(Value target, Value key) {
    return switch (target) {
      case Undefined(String what) -> throw new TemplateException(what);
      case Dict dict -> Optional.ofNullable(Values.get(dict, key));
      case Items items when items.hasIndex() -> place(key, items.all().size()).map(items.all()::get);
      case Str(String text, boolean safe) -> place(key, Text.length(text)).map(i -> new Str(
          Text.substring(text, i, i + 1), safe));
      default -> Optional.empty();
    };
  }

  /// Where an index leads, counted from the end if it is negative.
  private static Optional<Integer> place(Value key, int length) {
    if (!(key instanceof Int) && !(key instanceof Value.Bool)) {
      return Optional.empty();
    }
    long index = Values.integer(key);
    long place = index < 0 ? index + length : index;
    return place >= 0 && place < length ? Optional.of((int) place) : Optional.empty();
  }

  /// `target[start:stop:step]`
  static Value slice(Value target, Optional<Long> start, Optional<Long> stop, long step) {
    if (step == 0) {
      throw new TemplateException("the step of a slice must not be 0");
    }
    return switch (target) {
      case Str(String text, boolean safe) -> {
        List<String> characters = Text.characters(text);
        StringBuilder sliced = new StringBuilder();
        places(characters.size(), start, stop, step).forEach(i -> sliced.append(characters.get(i)));
        yield new Str(sliced.toString(), safe);
      }
      case Items items when items.hasIndex() -> {
        List<Value> sliced = new ArrayList<>();
        places(items.all().size(), start, stop, step).forEach(i -> sliced.add(items.all().get(i)));
        yield new Items(sliced, items.kind());
      }
      case Undefined(String what) -> throw new TemplateException(what);
      default -> throw Values.wrongType("a sequence", target);
    };
  }

  private static List<Integer> places(int length, Optional<Long> start, Optional<Long> stop, long step) {
    long first = step > 0
        ? clamp(start.orElse(0L), length, 0, length)
        : clamp(start.orElse(length - 1L), length, -1, length - 1L);
    long end = step > 0
        ? clamp(stop.orElse((long) length), length, 0, length)
        : stop.map(given -> clamp(given, length, -1, length - 1L)).orElse(-1L);
    List<Integer> places = new ArrayList<>();
    for (long i = first; step > 0 ? i < end : i > end; i += step) {
      places.add((int) i);
    }
    return places;
  }

  private static long clamp(long index, int length, long least, long most) {
    return Math.clamp(index < 0 ? Math.max(index, -length - 1L) + length : index, least, Math.max(least, most));
  }
}
