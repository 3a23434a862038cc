package org.striatum.hooks.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.hooks.jinja.Token.Kind;

/// Cuts a template into tokens, white space around tags taken away as with `trim_blocks` and `lstrip_blocks`.
///
/// Source: Jinja 3.1.6, `lexer.py`.
final class Lexer {
  private static final Pattern FLOAT = Pattern.compile(
      "(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
  private static final Pattern INTEGER = Pattern.compile(
      "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_]+");
  private static final List<String> OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%",
      "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";");
  private static final Pattern RAW = Pattern.compile("\\s*raw\\s*(?:-%\\}\\s*|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)",
      Pattern.UNICODE_CHARACTER_CLASS);

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private boolean lineStarts = true;

  private Lexer(String template) {
    String lines = template.replace("\r\n", "\n").replace('\r', '\n');
    this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
  }

  /// The tokens of a template; the last is the end.
  ///
  /// @throws TemplateException if a tag is not closed or holds an unknown character
  static List<Token> tokens(String template) {
    Lexer lexer = new Lexer(template);
    while (lexer.position < lexer.source.length()) {
      lexer.textAndTag();
    }
    lexer.emit(Kind.END, "");
    return lexer.tokens;
  }

  private void textAndTag() {
    int tag = nextTag(position);
    if (tag < 0) {
      text(source.substring(position));
      moveTo(source.length());
      return;
    }
    char kind = source.charAt(tag + 1);
    char sign = sign(tag + 2);
    text(stripped(source.substring(position, tag), sign, kind != '{'));
    moveTo(tag + (sign == 0 ? 2 : 3));
    switch (kind) {
      case '#' -> comment();
      case '{' -> tag(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, "}}");
      default -> {
        Matcher raw = RAW.matcher(source).region(position, source.length());
        if (raw.lookingAt()) {
          moveTo(raw.end());
          raw();
        } else {
          tag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
        }
      }
    }
  }

  private int nextTag(int from) {
    for (int at = source.indexOf('{', from); at >= 0 && at + 1 < source.length(); at = source.indexOf('{', at + 1)) {
      if ("%{#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  private char sign(int at) {
    return at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+') ? source.charAt(at) : 0;
  }

  /// Text in front of a tag, without the white space that the tag takes.
  private String stripped(String text, char sign, boolean block) {
    if (sign == '-') {
      return Text.stripEnd(text);
    }
    int begin = text.lastIndexOf('\n') + 1;
    boolean indent = sign != '+' && block && (begin > 0 || lineStarts) && Text.isSpace(text.substring(begin));
    return indent ? text.substring(0, begin) : text;
  }

  private void text(String text) {
    if (!text.isEmpty()) {
      emit(Kind.TEXT, text);
    }
  }

  private void emit(Kind kind, String text) {
    tokens.add(new Token(kind, text, line));
  }

  private void moveTo(int end) {
    for (int i = position; i < end; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    lineStarts = end > position ? source.charAt(end - 1) == '\n' : lineStarts;
    position = end;
  }

  private void comment() {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new TemplateException(line, "a comment is not closed");
    }
    moveTo(end > position && "+-".indexOf(source.charAt(end - 1)) >= 0 ? end - 1 : end);
    close("#}", true);
  }

  private void raw() {
    Matcher end = END_RAW.matcher(source);
    if (!end.find(position)) {
      throw new TemplateException(line, "'raw' is not closed by 'endraw'");
    }
    String sign = end.group(1);
    text(stripped(source.substring(position, end.start()), sign.isEmpty() ? 0 : sign.charAt(0), true));
    moveTo(end.end());
  }

  /// Steps over the end of a tag, if it stands here.
  private boolean close(String end, boolean trims) {
    if (source.startsWith("-" + end, position)) {
      int after = position + 3;
      while (after < source.length() && Text.isSpace(source.charAt(after))) {
        after++;
      }
      moveTo(after);
    } else if (trims && source.startsWith("+" + end, position)) {
      moveTo(position + 3);
    } else if (source.startsWith(end, position)) {
      moveTo(position + (trims && source.startsWith("\n", position + 2) ? 3 : 2));
    } else {
      return false;
    }
    return true;
  }

  private void tag(Kind begin, Kind end, String closing) {
    emit(begin, closing);
    int opened = line;
    Deque<Character> open = new ArrayDeque<>();
    while (position < source.length()) {
      int before = line;
      if (open.isEmpty() && close(closing, end == Kind.BLOCK_END)) {
        tokens.add(new Token(end, closing, before));
        return;
      }
      if (Text.isSpace(source.charAt(position))) {
        moveTo(position + 1);
      } else {
        part(open);
      }
    }
    throw new TemplateException(opened, "a tag is not closed by '" + closing + "'");
  }

  private void part(Deque<Character> open) {
    if (matched(FLOAT, Kind.FLOAT) || matched(INTEGER, Kind.INTEGER) || matched(NAME, Kind.NAME)) {
      return;
    }
    char c = source.charAt(position);
    if (c == '\'' || c == '"') {
      string(c);
      return;
    }
    String operator = OPERATORS.stream().filter(known -> source.startsWith(known, position)).findFirst()
        .orElseThrow(() -> new TemplateException(line, "unexpected character '" + c + "'"));
    if ("([{".contains(operator)) {
      open.push("([{".indexOf(operator) == 0 ? ')' : operator.equals("[") ? ']' : '}');
    } else if (")]}".contains(operator)
        && (open.isEmpty() || open.pop() != operator.charAt(0))) {
      throw new TemplateException(line, "unexpected '" + operator + "'");
    }
    emit(Kind.OPERATOR, operator);
    moveTo(position + operator.length());
  }

  private boolean matched(Pattern pattern, Kind kind) {
    Matcher matcher = pattern.matcher(source).region(position, source.length());
    boolean behindADot = kind == Kind.FLOAT && position > 0 && source.charAt(position - 1) == '.';
    if (behindADot || !matcher.lookingAt()) {
      return false;
    }
    if (kind == Kind.NAME && !Character.isUnicodeIdentifierStart(source.codePointAt(position))
        && source.charAt(position) != '_') {
      throw new TemplateException(line, "'" + matcher.group() + "' is no name");
    }
    emit(kind, matcher.group());
    moveTo(matcher.end());
    return true;
  }

  private void string(char quote) {
    StringBuilder text = new StringBuilder();
    int at = position + 1;
    while (at < source.length() && source.charAt(at) != quote) {
      if (source.charAt(at) == '\\') {
        at = escape(at + 1, text);
      } else {
        text.append(source.charAt(at++));
      }
    }
    if (at >= source.length()) {
      throw new TemplateException(line, "a string is not closed");
    }
    emit(Kind.STRING, text.toString());
    moveTo(at + 1);
  }

  /// Reads the escape whose character stands at `at`.
  ///
  /// @return where the string goes on
  private int escape(int at, StringBuilder text) {
    if (at >= source.length()) {
      throw new TemplateException(line, "a string is not closed");
    }
    char c = source.charAt(at);
    int plain = "nrtbfav\\'\"".indexOf(c);
    if (plain >= 0) {
      text.append("\n\r\t\b\f\u0007\u000b\\'\"".charAt(plain));
      return at + 1;
    }
    if (c == '\n') {
      return at + 1;
    }
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits > 0) {
      return code(at + 1, at + 1 + digits, 16, text);
    }
    if (c >= '0' && c <= '7') {
      int end = at + 1;
      while (end < source.length() && end < at + 3 && source.charAt(end) >= '0' && source.charAt(end) <= '7') {
        end++;
      }
      return code(at, end, 8, text);
    }
    if (c == 'N') {
      throw new TemplateException(line, "the escape \\N{…} is not supported");
    }
    text.append('\\'); // an unknown escape stands for itself
    return at;
  }

  private int code(int from, int to, int radix, StringBuilder text) {
    String digits = to <= source.length() ? source.substring(from, to) : "";
    int code = -1;
    if (digits.matches("[0-9a-fA-F]+")) {
      long read = Long.parseLong(digits, radix);
      code = read <= Character.MAX_CODE_POINT ? (int) read : -1;
    }
    if (code < 0) {
      throw new TemplateException(line, "a string holds a broken escape");
    }
    text.appendCodePoint(code);
    return to;
  }
}
