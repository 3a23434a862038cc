package org.striatum.hooks.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A value of the template language. Nothing here leads to Java.
public sealed interface Value {
  /// A name, key or attribute that is not there: empty text, false, without items.
  ///
  /// @param what what is missing, for the error of whoever uses it
  record Undefined(String what) implements Value {
    @Override
    public boolean equals(Object other) {
      return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  /// Python's `None`.
  record None() implements Value {}

  /// True or false.
  record Bool(boolean value) implements Value {}

  /// An integer of 64 bits; results beyond are refused.
  record Int(long value) implements Value {}

  /// A number with a fraction.
  record Real(double value) implements Value {}

  /// A string.
  ///
  /// @param safe whether the filter `safe` marked it; then it can be written, compared and measured, but nothing else:
  ///     the reference escapes what is joined to it
  record Str(String text, boolean safe) implements Value {
    Str(String text) {
      this(text, false);
    }
  }

  /// What kind of sequence one is, which decides on its truth, its length and its items.
  enum Kind {
    LIST, TUPLE, RANGE, VIEW, GENERATOR
  }

  /// Items in order. A generator gives each item once.
  final class Items implements Value {
    private final List<Value> items;
    private final Kind kind;
    private int given;

    Items(List<Value> items, Kind kind) {
      this.items = Collections.unmodifiableList(items);
      this.kind = kind;
    }

    static Items list(List<Value> items) {
      return new Items(items, Kind.LIST);
    }

    static Items tuple(Value... items) {
      return new Items(List.of(items), Kind.TUPLE);
    }

    static Items generator(List<Value> items) {
      return new Items(items, Kind.GENERATOR);
    }

    Kind kind() {
      return kind;
    }

    /// The items themselves, whether a generator has given them or not.
    List<Value> all() {
      return items;
    }

    boolean hasLength() {
      return kind != Kind.GENERATOR;
    }

    boolean hasIndex() {
      return kind != Kind.GENERATOR && kind != Kind.VIEW;
    }

    /// The items that are still to come; those of a generator come no second time.
    Iterator<Value> iterator() {
      if (kind != Kind.GENERATOR) {
        return items.iterator();
      }
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return given < items.size();
        }

        @Override
        public Value next() {
          return items.get(given++);
        }
      };
    }
  }

  /// Values by key, in the order of insertion.
  record Dict(SequencedMap<Value, Value> entries) implements Value {
    public Dict {
      entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
    }
  }

  /// The one value whose attributes a template may set.
  record Namespace(Map<String, Value> attributes) implements Value {}

  /// What can be called.
  non-sealed interface Function extends Value {
    Value call(Call call);
  }

  /// The variable `loop`.
  final class Loop implements Value {
    private Iterator<Value> items;
    private final int known;
    private int index0 = -1;
    private Value current = new Undefined("there is no previous item");
    private Value before = current;
    private Value after;
    private int length = -1;
    private List<Value> lastChanged;

    /// @param known number of items, −1 if only a generator knows it
    Loop(Iterator<Value> items, int known) {
      this.items = items;
      this.known = known;
    }

    boolean hasNext() {
      return after != null || items.hasNext();
    }

    Value next() {
      Value next = after != null ? after : items.next();
      after = null;
      index0++;
      before = current;
      current = next;
      return next;
    }

    private boolean peeked() {
      if (after == null && items.hasNext()) {
        after = items.next();
      }
      return after != null;
    }

    private int length() {
      if (length < 0) {
        length = known;
      }
      if (length < 0) {
        List<Value> rest = new ArrayList<>();
        items.forEachRemaining(rest::add);
        items = rest.iterator();
        length = rest.size() + index0 + 1 + (after == null ? 0 : 1);
      }
      return length;
    }

    /// The attribute of that name; undefined if there is none.
    Value attribute(String name) {
      return switch (name) {
        case "index" -> new Int(index0 + 1L);
        case "index0" -> new Int(index0);
        case "revindex" -> new Int((long) length() - index0);
        case "revindex0" -> new Int(length() - index0 - 1L);
        case "first" -> new Bool(index0 == 0);
        case "last" -> new Bool(!peeked());
        case "length" -> new Int(length());
        case "depth" -> new Int(1);
        case "depth0" -> new Int(0);
        case "previtem" -> index0 == 0 ? new Undefined("there is no previous item") : before;
        case "nextitem" -> peeked() ? after : new Undefined("there is no next item");
        case "cycle" -> (Function) call -> call.positional().get(index0 % call.positional().size());
        case "changed" -> (Function) call -> new Bool(changed(call.positional()));
        default -> new Undefined("'loop' has no attribute '" + name + "'");
      };
    }

    private boolean changed(List<Value> values) {
      boolean changed = lastChanged == null || !Values.equal(Items.list(values), Items.list(lastChanged));
      lastChanged = values;
      return changed;
    }
  }

  /// The value of a plain Java object: null, booleans, numbers, strings, lists and maps with string keys.
  ///
  /// @throws TemplateException for an integer of more than 64 bits
  /// @throws IllegalArgumentException for anything else
  static Value of(Object plain) {
    return switch (plain) {
      case null -> new None();
      case Value value -> value;
      case Boolean truth -> new Bool(truth);
      case Integer number -> new Int(number);
      case Long number -> new Int(number);
      case BigInteger number -> {
        if (number.bitLength() > 63) {
          throw new TemplateException("an integer of more than 64 bits is not supported");
        }
        yield new Int(number.longValue());
      }
      case Number number -> new Real(number.doubleValue());
      case CharSequence text -> new Str(text.toString());
      case List<?> list -> Items.list(new ArrayList<>(list.stream().map(Value::of).toList()));
      case Map<?, ?> map -> {
        SequencedMap<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) -> entries.put(new Str(String.valueOf(key)), of(value)));
        yield new Dict(entries);
      }
      default -> throw new IllegalArgumentException("a template has no values of " + plain.getClass());
    };
  }
}
