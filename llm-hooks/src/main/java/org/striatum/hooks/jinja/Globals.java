package org.striatum.hooks.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Function;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Kind;
import org.striatum.hooks.jinja.Value.Namespace;
import org.striatum.hooks.jinja.Value.Str;

/// Functions that every template has.
final class Globals {
  private static final int LONGEST_RANGE = 100_000; // as in the reference's sandbox
  private static final int LONGEST_PART = 5; // "September" for %B
  private static final Set<String> UNSUPPORTED = Set.of("cycler", "joiner", "lipsum", "self", "super");

  private Globals() {}

  static Map<String, Function> functions(LocalDateTime now) {
    return Map.of("range", Globals::range, "dict", Globals::dict, "namespace", Globals::namespace,
        "raise_exception", call -> {
          throw TemplateException.raised(Values.text(call.required(0, "message")));
        }, "strftime_now", call -> date(call, now));
  }

  private static Value date(Call call, LocalDateTime now) {
    String format = call.text(0, "format");
    call.interpreter().budget().make((long) LONGEST_PART * format.length());
    return new Str(DateFormat.format(format, now));
  }

  /// Names that the reference knows and this program does not.
  static void refuseUnsupported(String name) {
    if (UNSUPPORTED.contains(name)) {
      throw new TemplateException("'" + name + "' is not supported");
    }
  }

  private static Value range(Call call) {
    List<Value> bounds = call.only(3).positional();
    if (bounds.isEmpty()) {
      throw new TemplateException("'range' needs a bound");
    }
    long start = bounds.size() > 1 ? Values.integer(bounds.getFirst()) : 0;
    long stop = Values.integer(bounds.get(bounds.size() > 1 ? 1 : 0));
    long step = bounds.size() > 2 ? Values.integer(bounds.get(2)) : 1;
    if (step == 0) {
      throw new TemplateException("the step of 'range' must not be 0");
    }
    List<Value> items = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      if (items.size() == LONGEST_RANGE) {
        throw new TemplateException("'range' has more than " + LONGEST_RANGE + " items");
      }
      items.add(new Int(i));
    }
    call.interpreter().budget().make(8L * items.size());
    return new Items(items, Kind.RANGE);
  }

  private static Value dict(Call call) {
    SequencedMap<Value, Value> entries = new LinkedHashMap<>();
    for (Value value : call.only(1, call.named().keySet().toArray(String[]::new)).positional()) {
      if (!(value instanceof Dict(SequencedMap<Value, Value> given))) {
        throw new TemplateException("'dict' of a value of type '" + Values.type(value) + "' is not supported");
      }
      entries.putAll(given);
    }
    call.named().forEach((name, value) -> entries.put(new Str(name), value));
    return new Dict(entries);
  }

  private static Value namespace(Call call) {
    Map<String, Value> attributes = new HashMap<>();
    for (Value value : call.positional()) {
      if (!(value instanceof Dict(SequencedMap<Value, Value> given))) {
        throw new TemplateException("'namespace' of a value of type '" + Values.type(value) + "' is not supported");
      }
      given.forEach((name, entry) -> attributes.put(Values.plainText(name), entry));
    }
    attributes.putAll(call.named());
    return new Namespace(attributes);
  }
}
