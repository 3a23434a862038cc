package org.striatum.hooks.jinja;

import java.util.Map;
import java.util.TreeMap;
import org.striatum.hooks.jinja.Value.Bool;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Kind;
import org.striatum.hooks.jinja.Value.None;
import org.striatum.hooks.jinja.Value.Real;
import org.striatum.hooks.jinja.Value.Str;

/// Python's `json.dumps`.
///
/// @param asciiOnly whether other characters are escaped
/// @param indent what each level is indented by, null for one line
/// @param itemSeparator between items
/// @param keySeparator between a key and its value
record Json(boolean asciiOnly, String indent, String itemSeparator, String keySeparator, boolean sortKeys) {

  static Json of(Call call) {
    call.only(4, "ensure_ascii", "indent", "separators", "sort_keys");
    Value given = call.argument(1, "indent", Values.NONE);
    String indent = given instanceof None
        ? null
        : given instanceof Str ? Values.plainText(given) : " ".repeat(Filters.width(Values.integer(given)));
    String itemSeparator = indent == null ? ", " : ",";
    String keySeparator = ": ";
    Value separators = call.argument(2, "separators", Values.NONE);
    if (!(separators instanceof None)) {
      var both = Values.list(separators);
      if (both.size() != 2) {
        throw new TemplateException("'separators' must be two strings");
      }
      itemSeparator = Values.plainText(both.getFirst());
      keySeparator = Values.plainText(both.getLast());
    }
    return new Json(call.flag(0, "ensure_ascii", false), indent, itemSeparator, keySeparator,
        call.flag(3, "sort_keys", false));
  }

  String write(Value value, Budget budget) {
    StringBuilder json = new StringBuilder();
    write(value, 0, json, budget);
    return json.toString();
  }

  private void write(Value value, int depth, StringBuilder json, Budget budget) {
    budget.enter();
    int before = json.length();
    switch (value) {
      case None _ -> json.append("null");
      case Bool truth -> json.append(truth.value());
      case Int number -> json.append(number.value());
      case Real number -> json.append(real(number.value()));
      case Str text -> quote(text.text(), json);
      case Items items when items.kind() == Kind.LIST || items.kind() == Kind.TUPLE -> list(items, depth, json, budget);
      case Dict dict -> dict(dict, depth, json, budget);
      default ->
        throw new TemplateException("a value of type '" + Values.type(value) + "' cannot be written as JSON");
    }
    budget.make(json.length() - before);
    budget.leave();
  }

  private static String real(double value) {
    return switch (Values.real(value)) {
      case "nan" -> "NaN";
      case "inf" -> "Infinity";
      case "-inf" -> "-Infinity";
      case String finite -> finite;
    };
  }

  private void list(Items items, int depth, StringBuilder json, Budget budget) {
    json.append('[');
    for (int i = 0; i < items.all().size(); i++) {
      json.append(i > 0 ? itemSeparator : "");
      newLine(depth + 1, json);
      write(items.all().get(i), depth + 1, json, budget);
    }
    if (!items.all().isEmpty()) {
      newLine(depth, json);
    }
    json.append(']');
  }

  private void dict(Dict dict, int depth, StringBuilder json, Budget budget) {
    Map<Value, Value> entries = dict.entries();
    if (sortKeys) {
      entries = new TreeMap<>(Values::compare);
      entries.putAll(dict.entries());
    }
    json.append('{');
    boolean first = true;
    for (Map.Entry<Value, Value> entry : entries.entrySet()) {
      json.append(first ? "" : itemSeparator);
      first = false;
      newLine(depth + 1, json);
      quote(entry.getKey() instanceof None ? "null" : Values.text(entry.getKey()), json);
      json.append(keySeparator);
      write(entry.getValue(), depth + 1, json, budget);
    }
    if (!first) {
      newLine(depth, json);
    }
    json.append('}');
  }

  private void newLine(int depth, StringBuilder json) {
    if (indent != null) {
      json.append('\n').repeat(indent, depth);
    }
  }

  private void quote(String text, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        default -> {
          if (c < 0x20 || (asciiOnly && c > 0x7e)) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
