package org.striatum.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Text cut to columns of a terminal. Widths are columns: wide characters take two, combining ones none, colours none.
public final class ScreenText {
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final String ELLIPSIS = "…";
  /// Wide in every common terminal: Hangul, CJK, full-width forms, emoji.
  private static final List<Range> WIDE = List.of(new Range(0x1100, 0x115f), new Range(0x2e80, 0xa4cf),
      new Range(0xac00, 0xd7a3), new Range(0xf900, 0xfaff), new Range(0xfe30, 0xfe6f), new Range(0xff00, 0xff60),
      new Range(0xffe0, 0xffe6), new Range(0x1f300, 0x1faff), new Range(0x20000, 0x3fffd));

  /// Code points, both ends among them.
  private record Range(int first, int last) {}

  private ScreenText() {}

  /// Untrusted text on one line: what would break it or turn the text after it round is written as its number.
  public static String visible(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      int type = Character.getType(c);
      if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE
          || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR) {
        shown.append(String.format(Locale.ROOT, "⟨U+%04X⟩", c));
      } else {
        shown.appendCodePoint(c);
      }
    });
    return shown.toString();
  }

  /// Columns that a text takes.
  public static int width(String text) {
    return COLOUR.matcher(text).replaceAll("").codePoints().map(ScreenText::width).sum();
  }

  private static int width(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
      return 0;
    }
    return WIDE.stream().anyMatch(range -> c >= range.first() && c <= range.last()) ? 2 : 1;
  }

  /// With spaces up to a width; a longer text stays as it is.
  public static String padded(String text, int columns) {
    return text + " ".repeat(Math.max(0, columns - width(text)));
  }

  /// Cut to a width, an ellipsis where something is missing. The text holds no colours.
  public static String cut(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int used = width(ELLIPSIS);
    for (int c : text.codePoints().toArray()) {
      used += width(c);
      if (used > columns) {
        break;
      }
      kept.appendCodePoint(c);
    }
    return kept + ELLIPSIS;
  }

  /// Broken at spaces into lines of at most a width; a longer word is broken where the line ends.
  ///
  /// @param indent of all lines but the first
  public static List<String> wrapped(String text, int columns, String indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      String rest = word;
      if (!line.isEmpty() && width(line.toString()) + 1 + width(rest) > columns) {
        lines.add(line.toString());
        line = new StringBuilder(indent);
      } else if (!line.isEmpty()) {
        line.append(' ');
      }
      while (width(line + rest) > columns) {
        int fits = fitting(rest, columns - width(line.toString()));
        lines.add(line + rest.substring(0, fits));
        rest = rest.substring(fits);
        line = new StringBuilder(indent);
      }
      line.append(rest);
    }
    lines.add(line.toString());
    return lines;
  }

  /// The same with the indent that the text begins with before every line, and two columns more before all but the first.
  public static List<String> paragraph(String text, int columns) {
    if (width(text) <= columns) {
      return List.of(text);
    }
    String own = text.substring(0, Math.min(text.length() - text.stripLeading().length(), columns / 3));
    List<String> lines = wrapped(text.stripLeading(), columns - own.length(), "  ");
    return lines.stream().map(line -> own + line).toList();
  }

  /// Characters of a word that fit into some columns, at least one.
  private static int fitting(String word, int columns) {
    int at = word.offsetByCodePoints(0, 1);
    while (at < word.length() && width(word.substring(0, word.offsetByCodePoints(at, 1))) <= columns) {
      at = word.offsetByCodePoints(at, 1);
    }
    return at;
  }
}
