package org.striatum.hooks.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.None;
import org.striatum.hooks.jinja.Value.Real;
import org.striatum.hooks.jinja.Value.Str;
import org.striatum.hooks.jinja.Value.Undefined;

/// What can stand behind `|`.
///
/// Source: Jinja 3.1.6, `filters.py`; `tojson` of Hugging Face transformers 5.18.0.
final class Filters {
  private static final int WIDEST = 1000;
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+");
  private static final Pattern WORD_BEGIN = Pattern.compile("[-\\s\\x1c-\\x1f({\\[<]+",
      Pattern.UNICODE_CHARACTER_CLASS);
  /// Filters of the reference that are refused when they are reached.
  private static final Set<String> UNSUPPORTED = Set.of("e", "escape", "filesizeformat", "forceescape", "format",
      "groupby", "pprint", "random", "slice", "striptags", "urlencode", "urlize", "wordwrap", "xmlattr");

  private interface Filter {
    Value apply(Value value, Call call);
  }

  private static final Map<String, Filter> KNOWN = Map.ofEntries(Map.entry("abs", (value, _) -> absolute(value)),
      Map.entry("attr", (value, call) -> attribute(value, call.text(0, "name"))),
      Map.entry("batch", Filters::batch),
      Map.entry("capitalize", (value, _) -> new Str(Methods.capitalized(soft(value)))),
      Map.entry("center", (value, call) -> centered(value, call)),
      Map.entry("count", (value, _) -> new Int(Values.length(value))),
      Map.entry("d", (value, call) -> defaulted(value, call)),
      Map.entry("default", (value, call) -> defaulted(value, call)),
      Map.entry("dictsort", Filters::dictSort),
      Map.entry("first", (value, _) -> first(value)),
      Map.entry("float", (value, call) -> real(value, call)),
      Map.entry("indent", Filters::indent),
      Map.entry("int", Filters::integer),
      Map.entry("items", (value, call) -> items(value, call)),
      Map.entry("join", Filters::join),
      Map.entry("last", (value, _) -> last(value)),
      Map.entry("length", (value, _) -> new Int(Values.length(value))),
      Map.entry("list", (value, call) -> listed(value, call)),
      Map.entry("lower", (value, _) -> new Str(soft(value).toLowerCase(Locale.ROOT))),
      Map.entry("map", Filters::map),
      Map.entry("max", (value, call) -> extreme(value, call, 1)),
      Map.entry("min", (value, call) -> extreme(value, call, -1)),
      Map.entry("reject", (value, call) -> select(value, call, false, false)),
      Map.entry("rejectattr", (value, call) -> select(value, call, true, false)),
      Map.entry("replace", Filters::replace),
      Map.entry("reverse", (value, _) -> reversed(value)),
      Map.entry("round", Filters::round),
      Map.entry("safe", (value, _) -> new Str(Values.text(value), true)),
      Map.entry("select", (value, call) -> select(value, call, false, true)),
      Map.entry("selectattr", (value, call) -> select(value, call, true, true)),
      Map.entry("sort", Filters::sort),
      Map.entry("string", (value, _) -> value instanceof Str ? value : new Str(Values.text(value))),
      Map.entry("sum", Filters::sum),
      Map.entry("title", (value, _) -> new Str(titled(soft(value)))),
      Map.entry("tojson", (value, call) -> new Str(Json.of(call).write(value, call.interpreter().budget()))),
      Map.entry("trim", (value, call) -> new Str(Methods.stripped(soft(value), call, true, true))),
      Map.entry("truncate", Filters::truncate),
      Map.entry("unique", Filters::unique),
      Map.entry("upper", (value, _) -> new Str(soft(value).toUpperCase(Locale.ROOT))),
      Map.entry("wordcount", (value, _) -> new Int(WORD.matcher(soft(value)).results().count())));

  private Filters() {}

  static boolean isKnown(String name) {
    return KNOWN.containsKey(name) || UNSUPPORTED.contains(name);
  }

  /// @throws TemplateException if the language has no such filter
  static void require(Token name) {
    if (!isKnown(name.text())) {
      throw new TemplateException(name.line(), "the filter '" + name.text() + "' is not known");
    }
  }

  /// Applies a filter by name.
  ///
  /// @throws TemplateException if there is none, or if it does not fit the value
  static Value apply(String name, Value value, Call call) {
    Filter filter = KNOWN.get(name);
    if (filter == null) {
      throw new TemplateException("the filter '" + name + "' is not "
          + (UNSUPPORTED.contains(name) ? "supported" : "known"));
    }
    call.interpreter().budget().make(value instanceof Str text ? text.text().length() : 1);
    return filter.apply(value, call);
  }

  /// The text of any value; a string marked as safe is refused, because the reference would keep the mark.
  private static String soft(Value value) {
    return value instanceof Str ? Values.plainText(value) : Values.text(value);
  }

  private static List<Value> list(Value value, Call call) {
    List<Value> list = Values.list(value);
    call.interpreter().budget().make(8L * list.size());
    return list;
  }

  private static Value listed(Value value, Call call) {
    return Items.list(list(value, call));
  }

  private static Value absolute(Value value) {
    if (value instanceof Real(double number)) {
      return new Real(Math.abs(number));
    }
    return Values.integer(value) < 0 ? NumberOperations.signed(value, true) : new Int(Values.integer(value));
  }

  /// An attribute, where an entry of that name does not count.
  private static Value attribute(Value value, String name) {
    if (value instanceof Dict) {
      Value found = Attributes.attribute(new Dict(new LinkedHashMap<>()), name);
      return found instanceof Undefined ? found : Attributes.attribute(value, name);
    }
    return Attributes.attribute(value, name);
  }

  private static Value batch(Value value, Call call) {
    int size = Math.toIntExact(Math.clamp(Values.integer(call.required(0, "linecount")), 0, Integer.MAX_VALUE));
    Value fill = call.argument(1, "fill_with", Values.NONE);
    List<Value> batches = new ArrayList<>();
    List<Value> batch = new ArrayList<>();
    for (Value item : list(value, call)) {
      if (batch.size() == size) {
        batches.add(Items.list(batch));
        batch = new ArrayList<>();
      }
      batch.add(item);
    }
    if (!batch.isEmpty()) {
      if (!(fill instanceof None)) {
        call.interpreter().budget().make(8L * Math.max(0, size - batch.size()));
        while (batch.size() < size) {
          batch.add(fill);
        }
      }
      batches.add(Items.list(batch));
    }
    return Items.generator(batches);
  }

  private static Value centered(Value value, Call call) {
    List<Value> width = List.of(call.argument(0, "width", new Int(80)));
    Value method = Attributes.attribute(new Str(soft(value)), "center");
    return ((Value.Function) method).call(new Call(call.interpreter(), width, new LinkedHashMap<>()));
  }

  private static Value defaulted(Value value, Call call) {
    call.only(2, "default_value", "boolean");
    boolean taken = value instanceof Undefined || (call.flag(1, "boolean", false) && !Values.truth(value));
    return taken ? call.argument(0, "default_value", new Str("")) : value;
  }

  private static Value dictSort(Value value, Call call) {
    call.only(3, "case_sensitive", "by", "reverse");
    if (!(value instanceof Dict dict)) {
      throw Values.wrongType("a mapping", value);
    }
    boolean caseSensitive = call.flag(0, "case_sensitive", false);
    String by = call.text(1, "by", "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateException("a dictionary is sorted by 'key' or 'value'");
    }
    List<Value> pairs = new ArrayList<>();
    dict.entries().forEach((key, entry) -> pairs.add(Items.tuple(key, entry)));
    UnaryOperator<Value> part = pair -> folded(((Items) pair).all().get(by.equals("key") ? 0 : 1), caseSensitive);
    return Items.list(sorted(pairs, part, call.flag(2, "reverse", false), call));
  }

  private static Value folded(Value value, boolean caseSensitive) {
    return value instanceof Str text && !caseSensitive ? new Str(text.text().toLowerCase(Locale.ROOT)) : value;
  }

  /// Sorted, and equal ones in their order also if it is reversed.
  private static List<Value> sorted(List<Value> values, UnaryOperator<Value> key, boolean reverse, Call call) {
    call.interpreter().budget().make(32L * values.size());
    Comparator<Value> order = (a, b) -> Values.compare(key.apply(a), key.apply(b));
    List<Value> sorted = new ArrayList<>(values);
    if (values.size() > 1) {
      sorted.sort(reverse ? order.reversed() : order);
    }
    return sorted;
  }

  private static Value first(Value value) {
    Iterator<Value> items = Values.iterator(value);
    return items.hasNext() ? items.next() : new Undefined("there is no first item, the sequence is empty");
  }

  private static Value last(Value value) {
    if (value instanceof Items items && !items.hasLength()) {
      throw Values.wrongType("a sequence", value);
    }
    List<Value> items = Values.list(value);
    return items.isEmpty() ? new Undefined("there is no last item, the sequence is empty") : items.getLast();
  }

  private static Value real(Value value, Call call) {
    Value otherwise = call.argument(0, "default", new Real(0));
    if (Values.isNumber(value)) {
      return new Real(Values.number(value));
    }
    Double parsed = value instanceof Str text ? parsed(text.text()) : null;
    if (value instanceof Undefined(String what)) {
      throw new TemplateException(what);
    }
    return parsed == null ? otherwise : new Real(parsed);
  }

  /// Python's `float` of a string, null if it is none.
  private static Double parsed(String text) {
    String number = digits(text).toLowerCase(Locale.ROOT);
    if (number.matches("[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)(e[+-]?\\d+(_\\d+)*)?")) {
      return Double.valueOf(number.replace("_", ""));
    }
    if (number.matches("[+-]?(inf|infinity)")) {
      return number.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    return number.matches("[+-]?nan") ? Double.NaN : null;
  }

  /// Without white space around it, every script's digits as 0 to 9.
  private static String digits(String text) {
    StringBuilder digits = new StringBuilder();
    Text.stripEnd(Text.stripStart(text)).codePoints()
        .forEach(c -> digits.appendCodePoint(Character.isDigit(c) ? '0' + Character.digit(c, 10) : c));
    return digits.toString();
  }

  private static Value integer(Value value, Call call) {
    Value otherwise = call.argument(0, "default", new Int(0));
    long base = call.integer(1, "base", 10);
    if (base != 10) {
      throw new TemplateException("the filter 'int' of base " + base + " is not supported");
    }
    if (value instanceof Undefined(String what)) {
      throw new TemplateException(what);
    }
    if (value instanceof Int || value instanceof Value.Bool) {
      return new Int(Values.integer(value));
    }
    Double number = value instanceof Real(double given)
        ? Double.valueOf(given)
        : value instanceof Str text ? parsed(text.text()) : null;
    if (value instanceof Real && number.isInfinite()) {
      throw new TemplateException("infinity is no integer");
    }
    if (number == null || number.isNaN() || number.isInfinite()) {
      return otherwise;
    }
    if (value instanceof Str text && digits(text.text()).matches("[+-]?\\d+(_\\d+)*")) {
      return exact(new BigDecimal(digits(text.text()).replace("_", "")));
    }
    return exact(new BigDecimal(number).setScale(0, RoundingMode.DOWN));
  }

  private static Value exact(BigDecimal number) {
    if (number.toBigInteger().bitLength() > 63) {
      throw new TemplateException("an integer of more than 64 bits is not supported");
    }
    return new Int(number.longValue());
  }

  private static Value indent(Value value, Call call) {
    call.only(3, "width", "first", "blank");
    Value width = call.argument(0, "width", new Int(4));
    String indent = width instanceof Str
        ? Values.plainText(width)
        : " ".repeat(width(Values.integer(width)));
    List<String> lines = Text.lines(Values.plainText(value) + "\n", false);
    call.interpreter().budget().make((long) indent.length() * lines.size());
    boolean blank = call.flag(2, "blank", false);
    StringBuilder indented = new StringBuilder(call.flag(1, "first", false) ? indent : "").append(lines.getFirst());
    for (String line : lines.subList(1, lines.size())) {
      indented.append('\n').append(blank || !line.isEmpty() ? indent : "").append(line);
    }
    return new Str(indented.toString());
  }

  /// How far a line is indented.
  static int width(long width) {
    if (width > WIDEST) {
      throw new TemplateException("a line is indented by at most " + WIDEST + " characters, found " + width);
    }
    return (int) Math.max(0, width);
  }

  private static Value items(Value value, Call call) {
    if (value instanceof Undefined) {
      return Items.generator(List.of());
    }
    if (!(value instanceof Dict dict)) {
      throw Values.wrongType("a mapping", value);
    }
    List<Value> pairs = new ArrayList<>();
    dict.entries().forEach((key, entry) -> pairs.add(Items.tuple(key, entry)));
    call.interpreter().budget().make(8L * pairs.size());
    return Items.generator(pairs);
  }

  private static Value join(Value value, Call call) {
    call.only(2, "d", "attribute");
    String separator = Values.text(call.argument(0, "d", new Str("")));
    UnaryOperator<Value> part = getter(call.argument(1, "attribute", Values.NONE), null);
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Value item : list(value, call)) {
      String text = Values.text(part.apply(item));
      call.interpreter().budget().make((long) text.length() + separator.length());
      joined.append(first ? "" : separator).append(text);
      first = false;
    }
    return new Str(joined.toString());
  }

  /// What follows a path such as `function.name` or `0`.
  private static UnaryOperator<Value> getter(Value path, Value otherwise) {
    if (path instanceof None) {
      return value -> value;
    }
    List<Value> parts = path instanceof Int
        ? List.of(path)
        : java.util.Arrays.stream(Values.plainText(path).split("\\.", -1))
            .<Value>map(part -> part.matches("\\d{1,9}") ? new Int(Long.parseLong(part)) : new Str(part)).toList();
    return value -> {
      Value found = value;
      for (Value part : parts) {
        found = Attributes.item(found, part);
        if (otherwise != null && !(otherwise instanceof None) && found instanceof Undefined) {
          found = otherwise;
        }
      }
      return found;
    };
  }

  private static Call behind(Call call, int used) {
    List<Value> rest = call.positional().subList(Math.min(used, call.positional().size()), call.positional().size());
    return new Call(call.interpreter(), rest, call.named());
  }

  private static Value map(Value value, Call call) {
    UnaryOperator<Value> mapper;
    if (call.positional().isEmpty() && call.named().containsKey("attribute")) {
      call.only(0, "attribute", "default");
      mapper = getter(call.required(0, "attribute"), call.argument(1, "default", null));
    } else {
      String name = call.text(0, "name");
      Call rest = behind(call, 1);
      mapper = item -> apply(name, item, rest);
    }
    return Items.generator(new ArrayList<>(list(value, call).stream().map(mapper).toList()));
  }

  private static Value select(Value value, Call call, boolean byAttribute, boolean kept) {
    UnaryOperator<Value> part = byAttribute ? getter(call.required(0, "attribute"), null) : item -> item;
    int used = byAttribute ? 1 : 0;
    Predicate<Value> holds = Values::truth;
    if (call.positional().size() > used) {
      String name = call.text(used, "test");
      Call rest = behind(call, used + 1);
      BiPredicate<Value, Call> test = Tests.find(name)
          .orElseThrow(() -> new TemplateException("the test '" + name + "' is not known"));
      holds = item -> test.test(item, rest);
    }
    List<Value> selected = new ArrayList<>();
    for (Value item : list(value, call)) {
      if (holds.test(part.apply(item)) == kept) {
        selected.add(item);
      }
    }
    return Items.generator(selected);
  }

  private static Value extreme(Value value, Call call, int sign) {
    call.only(2, "case_sensitive", "attribute");
    boolean caseSensitive = call.flag(0, "case_sensitive", false);
    UnaryOperator<Value> part = getter(call.argument(1, "attribute", Values.NONE), null);
    Value best = null;
    for (Value item : list(value, call)) {
      boolean better = best == null || sign * Values.compare(folded(part.apply(item), caseSensitive),
          folded(part.apply(best), caseSensitive)) > 0;
      best = better ? item : best;
    }
    return best == null ? new Undefined("there is no item, the sequence is empty") : best;
  }

  private static Value replace(Value value, Call call) {
    call.only(3, "old", "new", "count");
    return new Str(Methods.replaced(Values.text(value), Values.text(call.required(0, "old")),
        Values.text(call.required(1, "new")), call.integer(2, "count", -1), call));
  }

  private static Value reversed(Value value) {
    if (value instanceof Str(String text, boolean safe)) {
      return new Str(new StringBuilder(text).reverse().toString(), safe);
    }
    List<Value> reversed = Values.list(value);
    Collections.reverse(reversed);
    return value instanceof Items items && !items.hasLength() ? Items.list(reversed) : Items.generator(reversed);
  }

  private static Value round(Value value, Call call) {
    call.only(2, "precision", "method");
    if (!Values.isNumber(value)) {
      throw Values.wrongType("a number", value);
    }
    int precision = Math.toIntExact(Math.clamp(call.integer(0, "precision", 0), -400, 400));
    RoundingMode mode = switch (call.text(1, "method", "common")) {
      case "common" -> RoundingMode.HALF_EVEN;
      case "ceil" -> RoundingMode.CEILING;
      case "floor" -> RoundingMode.FLOOR;
      case String other -> throw new TemplateException("rounding by '" + other + "' is not known");
    };
    double number = Values.number(value);
    if (mode == RoundingMode.HALF_EVEN) {
      double rounded = Math.copySign(new BigDecimal(number).setScale(precision, mode).doubleValue(), number);
      return value instanceof Real ? new Real(rounded) : new Int((long) rounded);
    }
    double scale = Math.pow(10, precision);
    double scaled = number * scale;
    double whole = mode == RoundingMode.CEILING ? Math.ceil(scaled) : Math.floor(scaled);
    return new Real((whole + 0.0) / scale); // an integer in the reference: it has no negative zero
  }

  private static Value sort(Value value, Call call) {
    call.only(3, "reverse", "case_sensitive", "attribute");
    boolean caseSensitive = call.flag(1, "case_sensitive", false);
    Value path = call.argument(2, "attribute", Values.NONE);
    List<UnaryOperator<Value>> parts = path instanceof Str text
        ? java.util.Arrays.stream(text.text().split(",", -1)).map(part -> getter(new Str(part), null)).toList()
        : List.of(getter(path, null));
    UnaryOperator<Value> key = item -> Items.list(
        new ArrayList<>(parts.stream().map(part -> folded(part.apply(item), caseSensitive)).toList()));
    return Items.list(sorted(list(value, call), key, call.flag(0, "reverse", false), call));
  }

  private static Value sum(Value value, Call call) {
    call.only(2, "attribute", "start");
    UnaryOperator<Value> part = getter(call.argument(0, "attribute", Values.NONE), null);
    Value sum = call.argument(1, "start", new Int(0));
    if (sum instanceof Str) {
      throw new TemplateException("strings are not summed up, but joined");
    }
    for (Value item : list(value, call)) {
      sum = NumberOperations.apply("+", sum, part.apply(item), call.interpreter().budget());
    }
    return sum;
  }

  private static String titled(String text) {
    StringBuilder titled = new StringBuilder();
    int from = 0;
    var between = WORD_BEGIN.matcher(text);
    while (between.find()) {
      titled.append(titledPart(text.substring(from, between.start()))).append(between.group());
      from = between.end();
    }
    return titled.append(titledPart(text.substring(from))).toString();
  }

  private static String titledPart(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = word.offsetByCodePoints(0, 1);
    return word.substring(0, first).toUpperCase(Locale.ROOT) + word.substring(first).toLowerCase(Locale.ROOT);
  }

  private static Value truncate(Value value, Call call) {
    call.only(4, "length", "killwords", "end", "leeway");
    String text = Values.plainText(value);
    int length = Math.toIntExact(Math.clamp(call.integer(0, "length", 255), 0, Integer.MAX_VALUE));
    String end = call.text(2, "end", "...");
    long leeway = call.integer(3, "leeway", 5);
    if (length < Text.length(end) || leeway < 0) {
      throw new TemplateException("a text cannot be shortened to fewer characters than its end has");
    }
    if (Text.length(text) <= length + leeway) {
      return new Str(text);
    }
    String cut = Text.substring(text, 0, length - Text.length(end));
    int space = cut.lastIndexOf(' ');
    return new Str((call.flag(1, "killwords", false) || space < 0 ? cut : cut.substring(0, space)) + end);
  }

  private static Value unique(Value value, Call call) {
    call.only(2, "case_sensitive", "attribute");
    boolean caseSensitive = call.flag(0, "case_sensitive", false);
    UnaryOperator<Value> part = getter(call.argument(1, "attribute", Values.NONE), null);
    Map<Value, Value> seen = new LinkedHashMap<>();
    for (Value item : list(value, call)) {
      seen.putIfAbsent(Values.hashed(folded(part.apply(item), caseSensitive)), item);
    }
    return Items.generator(new ArrayList<>(seen.values()));
  }
}
