package org.striatum.hooks.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.IntPredicate;
import org.striatum.hooks.jinja.Value.Bool;
import org.striatum.hooks.jinja.Value.Dict;
import org.striatum.hooks.jinja.Value.Function;
import org.striatum.hooks.jinja.Value.Int;
import org.striatum.hooks.jinja.Value.Items;
import org.striatum.hooks.jinja.Value.Kind;
import org.striatum.hooks.jinja.Value.Str;

/// Methods of Python's strings, dictionaries and lists. Those that exist in Python and not here are refused by name.
final class Methods {
  private static final Set<String> OTHER_STRING = Set.of("casefold", "encode", "expandtabs", "format", "format_map",
      "isascii", "isidentifier", "isprintable", "istitle", "maketrans", "translate");
  private static final Set<String> OTHER_DICT = Set.of("clear", "fromkeys", "pop", "popitem", "setdefault", "update");
  private static final Set<String> OTHER_LIST = Set.of("append", "clear", "extend", "insert", "pop", "remove",
      "reverse", "sort");
  private static final Set<String> OTHER_NUMBER = Set.of("as_integer_ratio", "bit_count", "bit_length", "conjugate",
      "denominator", "from_bytes", "fromhex", "hex", "imag", "is_integer", "numerator", "real", "to_bytes");

  private interface StringMethod {
    Value apply(String text, Call call);
  }

  private static final Map<String, StringMethod> STRING = Map.ofEntries(
      Map.entry("upper", (text, _) -> new Str(text.toUpperCase(Locale.ROOT))),
      Map.entry("lower", (text, _) -> new Str(text.toLowerCase(Locale.ROOT))),
      Map.entry("capitalize", (text, _) -> new Str(capitalized(text))),
      Map.entry("title", (text, _) -> new Str(titled(text))),
      Map.entry("swapcase", (text, _) -> new Str(swapped(text))),
      Map.entry("strip", (text, call) -> new Str(stripped(text, call, true, true))),
      Map.entry("lstrip", (text, call) -> new Str(stripped(text, call, true, false))),
      Map.entry("rstrip", (text, call) -> new Str(stripped(text, call, false, true))),
      Map.entry("split", (text, call) -> split(text, call, false)),
      Map.entry("rsplit", (text, call) -> split(text, call, true)),
      Map.entry("splitlines", (text, call) -> strings(Text.lines(text, call.flag(0, "keepends", false)))),
      Map.entry("startswith", (text, call) -> new Bool(beginsOrEnds(text, call, true))),
      Map.entry("endswith", (text, call) -> new Bool(beginsOrEnds(text, call, false))),
      Map.entry("removeprefix", (text, call) -> new Str(
          text.startsWith(call.text(0, "")) ? text.substring(call.text(0, "").length()) : text)),
      Map.entry("removesuffix", (text, call) -> new Str(text.endsWith(call.text(0, ""))
          ? text.substring(0, text.length() - call.text(0, "").length())
          : text)),
      Map.entry("replace", (text, call) -> new Str(
          replaced(text, call.text(0, ""), call.text(1, ""), call.integer(2, "count", -1), call))),
      Map.entry("join", (text, call) -> new Str(joined(text, call))),
      Map.entry("find", (text, call) -> new Int(found(text, call, false))),
      Map.entry("rfind", (text, call) -> new Int(found(text, call, true))),
      Map.entry("index", (text, call) -> new Int(index(text, call, false))),
      Map.entry("rindex", (text, call) -> new Int(index(text, call, true))),
      Map.entry("count", (text, call) -> new Int(count(text, call.only(1).text(0, "")))),
      Map.entry("partition", (text, call) -> partitioned(text, call.text(0, ""), false)),
      Map.entry("rpartition", (text, call) -> partitioned(text, call.text(0, ""), true)),
      Map.entry("zfill", (text, call) -> new Str(zeroFilled(text, call))),
      Map.entry("ljust", (text, call) -> new Str(text + padding(text, call))),
      Map.entry("rjust", (text, call) -> new Str(padding(text, call) + text)),
      Map.entry("center", (text, call) -> new Str(centered(text, call))),
      Map.entry("isspace", (text, _) -> new Bool(Text.isSpace(text))),
      Map.entry("isdigit", (text, _) -> new Bool(all(text, Methods::isDigit))),
      Map.entry("isdecimal", (text, _) -> new Bool(all(text, Character::isDigit))),
      Map.entry("isnumeric", (text, _) -> new Bool(all(text, Methods::isNumeric))),
      Map.entry("isalpha", (text, _) -> new Bool(all(text, Character::isLetter))),
      Map.entry("isalnum", (text, _) -> new Bool(all(text, c -> Character.isLetter(c) || isNumeric(c)))),
      Map.entry("isupper", (text, _) -> new Bool(isUpper(text))),
      Map.entry("islower", (text, _) -> new Bool(isLower(text))));

  private Methods() {}

  /// The method of that name, bound to the value; empty if Python has none.
  ///
  /// @throws TemplateException if Python has one that is not supported
  static Optional<Value> find(Value target, String name) {
    Optional<Function> found = switch (target) {
      case Str text -> Optional.ofNullable(STRING.get(name)).map(method -> call -> applied(method, text, call));
      case Dict dict -> Optional.ofNullable(ofDict(dict, name));
      case Items items when items.kind() == Kind.LIST || items.kind() == Kind.TUPLE ->
        Optional.ofNullable(ofList(items, name));
      default -> Optional.empty();
    };
    Set<String> unsupported = switch (target) {
      case Str _ -> OTHER_STRING;
      case Dict _ -> OTHER_DICT;
      case Items _ -> OTHER_LIST;
      default -> Values.isNumber(target) ? OTHER_NUMBER : Set.of();
    };
    if (found.isEmpty() && unsupported.contains(name)) {
      throw new TemplateException("the method '%s' of a value of type '%s' is not supported%s".formatted(name,
          Values.type(target), target instanceof Dict || target instanceof Items ? ": values do not change" : ""));
    }
    return found.map(function -> function);
  }

  private static Value applied(StringMethod method, Str text, Call call) {
    String plain = Values.plainText(text);
    call.interpreter().budget().make(plain.length());
    return method.apply(plain, call);
  }

  private static Function ofDict(Dict dict, String name) {
    SequencedMap<Value, Value> entries = dict.entries();
    return switch (name) {
      case "items" -> call -> {
        call.only(0);
        List<Value> pairs = new ArrayList<>();
        entries.forEach((key, value) -> pairs.add(Items.tuple(key, value)));
        return view(pairs, call);
      };
      case "keys" -> call -> view(new ArrayList<>(entries.keySet()), call.only(0));
      case "values" -> call -> view(new ArrayList<>(entries.values()), call.only(0));
      case "get" -> call -> {
        Value found = Values.get(dict, call.only(2).required(0, "key"));
        return found == null ? call.argument(1, "", Values.NONE) : found;
      };
      case "copy" -> call -> new Dict(new LinkedHashMap<>(entries));
      default -> null;
    };
  }

  private static Value view(List<Value> items, Call call) {
    call.interpreter().budget().make(8L * items.size());
    return new Items(items, Kind.VIEW);
  }

  private static Function ofList(Items items, String name) {
    return switch (name) {
      case "count" -> call -> {
        Value sought = call.only(1).required(0, "value");
        return new Int(items.all().stream().filter(item -> Values.equal(item, sought)).count());
      };
      case "index" -> call -> {
        Value sought = call.only(1).required(0, "value");
        for (int i = 0; i < items.all().size(); i++) {
          if (Values.equal(items.all().get(i), sought)) {
            return new Int(i);
          }
        }
        throw new TemplateException("a list does not hold the value whose index is asked for");
      };
      case "copy" -> items.kind() == Kind.LIST ? call -> items : null;
      default -> null;
    };
  }

  static Items strings(List<String> texts) {
    return Items.list(new ArrayList<>(texts.stream().map(Str::new).toList()));
  }

  // Case

  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
  }

  private static String titleCase(int c) {
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    if (c == '\u0149') {
      return upper; // its capital stands behind an apostrophe
    }
    return upper.codePointCount(0, upper.length()) == 1
        ? Character.toString(Character.toTitleCase(c))
        : upper.substring(0, upper.offsetByCodePoints(0, 1))
            + upper.substring(upper.offsetByCodePoints(0, 1)).toLowerCase(Locale.ROOT);
  }

  private static String titled(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    StringBuilder titled = new StringBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      boolean cased = isCased(c);
      titled.append(inWord ? lower(text, i, lower) : cased ? titleCase(c) : Character.toString(c));
      inWord = cased;
    }
    return titled.toString();
  }

  /// A character in lower case where it stands: a sigma at the end of a word has a form of its own.
  private static String lower(String text, int at, String lowerText) {
    return text.charAt(at) == '\u03a3' && lowerText.length() == text.length()
        ? lowerText.substring(at, at + 1)
        : Character.toString(text.codePointAt(at)).toLowerCase(Locale.ROOT);
  }

  private static String swapped(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    StringBuilder swapped = new StringBuilder();
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      swapped.append(Character.isUpperCase(c) ? lower(text, i, lower) : Character.toString(c).toUpperCase(Locale.ROOT));
    }
    return swapped.toString();
  }

  private static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  static boolean isUpper(String text) {
    return text.codePoints().anyMatch(Character::isUpperCase)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isLower(String text) {
    return text.codePoints().anyMatch(Character::isLowerCase)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  private static boolean all(String text, IntPredicate predicate) {
    return !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  private static boolean isDigit(int c) {
    return Character.isDigit(c) || "\u00b2\u00b3\u00b9".indexOf(c) >= 0 || (c >= 0x2070 && c <= 0x2089);
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
  }

  // Parts

  static String stripped(String text, Call call, boolean start, boolean end) {
    String characters = call.only(1, "chars").text(0, "chars", null);
    if (characters != null) {
      return Text.strip(text, characters, start, end);
    }
    String cut = start ? Text.stripStart(text) : text;
    return end ? Text.stripEnd(cut) : cut;
  }

  private static Value split(String text, Call call, boolean fromEnd) {
    String separator = call.only(2, "sep", "maxsplit").text(0, "sep", null);
    long most = call.integer(1, "maxsplit", -1);
    if (separator != null && separator.isEmpty()) {
      throw new TemplateException("a string cannot be split at nothing");
    }
    List<String> parts = separator == null ? words(text, most, fromEnd) : parts(text, separator, most, fromEnd);
    call.interpreter().budget().make(8L * parts.size());
    return strings(parts);
  }

  private static List<String> parts(String text, String separator, long most, boolean fromEnd) {
    List<String> parts = new ArrayList<>();
    String rest = text;
    int at = fromEnd ? rest.lastIndexOf(separator) : rest.indexOf(separator);
    int begin = 0;
    if (fromEnd) {
      while (at >= 0 && (most < 0 || parts.size() < most)) {
        parts.addFirst(rest.substring(at + separator.length()));
        rest = rest.substring(0, at);
        at = rest.lastIndexOf(separator);
      }
      parts.addFirst(rest);
      return parts;
    }
    while (at >= 0 && (most < 0 || parts.size() < most)) {
      parts.add(text.substring(begin, at));
      begin = at + separator.length();
      at = text.indexOf(separator, begin);
    }
    parts.add(text.substring(begin));
    return parts;
  }

  private static List<String> words(String text, long most, boolean fromEnd) {
    List<String> words = new ArrayList<>();
    String rest = fromEnd ? Text.stripEnd(text) : Text.stripStart(text);
    while (!rest.isEmpty() && (most < 0 || words.size() < most)) {
      int edge = edge(rest, fromEnd);
      String word = fromEnd ? rest.substring(edge) : rest.substring(0, edge);
      rest = fromEnd ? Text.stripEnd(rest.substring(0, edge)) : Text.stripStart(rest.substring(edge));
      add(words, word, fromEnd);
    }
    if (!rest.isEmpty()) {
      add(words, rest, fromEnd);
    }
    return words;
  }

  private static void add(List<String> words, String word, boolean first) {
    if (first) {
      words.addFirst(word);
    } else {
      words.add(word);
    }
  }

  /// Where the first word ends, or the last begins.
  private static int edge(String text, boolean fromEnd) {
    int edge = fromEnd ? text.length() : 0;
    while (fromEnd
        ? edge > 0 && !Text.isSpace(text.charAt(edge - 1))
        : edge < text.length() && !Text.isSpace(text.charAt(edge))) {
      edge += fromEnd ? -1 : 1;
    }
    return edge;
  }

  private static boolean beginsOrEnds(String text, Call call, boolean begins) {
    Value sought = call.only(1).required(0, "prefix");
    List<Value> all = sought instanceof Items items && items.kind() == Kind.TUPLE ? items.all() : List.of(sought);
    return all.stream().map(Values::plainText).anyMatch(part -> begins ? text.startsWith(part) : text.endsWith(part));
  }

  /// Python's `str.replace`, with the empty string between all characters.
  static String replaced(String text, String old, String with, long most, Call call) {
    List<String> parts = old.isEmpty() ? between(text) : parts(text, old, -1, false);
    long times = most < 0 ? parts.size() - 1L : Math.min(most, parts.size() - 1L);
    call.interpreter().budget().make(text.length() + times * with.length() + 8L * parts.size());
    StringBuilder replaced = new StringBuilder(parts.getFirst());
    for (int i = 1; i < parts.size(); i++) {
      replaced.append(i <= times ? with : old).append(parts.get(i));
    }
    return replaced.toString();
  }

  private static List<String> between(String text) {
    List<String> parts = new ArrayList<>(List.of(""));
    parts.addAll(Text.characters(text));
    parts.add("");
    return parts;
  }

  private static String joined(String separator, Call call) {
    List<String> parts = Values.list(call.only(1).required(0, "")).stream().map(Values::plainText).toList();
    call.interpreter().budget()
        .make(parts.stream().mapToLong(String::length).sum() + (long) separator.length() * parts.size());
    return String.join(separator, parts);
  }

  private static int found(String text, Call call, boolean last) {
    String sought = call.only(1).text(0, "sub");
    int at = last ? text.lastIndexOf(sought) : text.indexOf(sought);
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private static int index(String text, Call call, boolean last) {
    int found = found(text, call, last);
    if (found < 0) {
      throw new TemplateException("a string does not hold the part whose index is asked for");
    }
    return found;
  }

  private static int count(String text, String part) {
    return part.isEmpty() ? Text.length(text) + 1 : parts(text, part, -1, false).size() - 1;
  }

  private static Value partitioned(String text, String separator, boolean last) {
    if (separator.isEmpty()) {
      throw new TemplateException("a string cannot be split at nothing");
    }
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    List<String> parts = at >= 0
        ? List.of(text.substring(0, at), separator, text.substring(at + separator.length()))
        : last ? List.of("", "", text) : List.of(text, "", "");
    return new Items(new ArrayList<>(strings(parts).all()), Kind.TUPLE);
  }

  private static String padding(String text, Call call) {
    long missing = Values.integer(call.required(0, "width")) - Text.length(text);
    return fill(Math.max(0, missing), call);
  }

  private static String fill(long length, Call call) {
    String fill = call.text(1, "fillchar", " ");
    if (Text.length(fill) != 1) {
      throw new TemplateException("a string is filled with one character");
    }
    call.interpreter().budget().make(length);
    return fill.repeat((int) length);
  }

  private static String centered(String text, Call call) {
    long width = Values.integer(call.required(0, "width"));
    long missing = Math.max(0, width - Text.length(text));
    long left = missing / 2 + (missing & width & 1);
    return fill(left, call) + text + fill(missing - left, call);
  }

  private static String zeroFilled(String text, Call call) {
    long missing = Math.max(0, Values.integer(call.only(1).required(0, "width")) - Text.length(text));
    call.interpreter().budget().make(missing);
    boolean signed = text.startsWith("-") || text.startsWith("+");
    return (signed ? text.substring(0, 1) : "") + "0".repeat((int) missing) + text.substring(signed ? 1 : 0);
  }
}
