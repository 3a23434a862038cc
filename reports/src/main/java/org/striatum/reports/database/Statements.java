package org.striatum.reports.database;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Counts the statements of an SQL text in DuckDB's dialect: what stands in a text, a name or a remark ends none.
final class Statements {
  /// A text that a tag between dollars opens and closes.
  private static final Pattern TAG = Pattern.compile("\\$([\\p{L}_][\\p{L}\\p{N}_]*)?\\$");

  private final String sql;
  private int at;

  private Statements(String sql) {
    this.sql = sql;
  }

  /// How many statements there are; what is empty, or a remark alone, is none.
  static int count(String sql) {
    return new Statements(sql).count();
  }

  private int count() {
    int statements = 0;
    boolean inside = false;
    while (at < sql.length()) {
      if (sql.charAt(at) == ';') {
        inside = false;
        at++;
      } else if (Character.isWhitespace(sql.charAt(at))) {
        at++;
      } else if (!skipRemark()) {
        statements += inside ? 0 : 1;
        inside = true;
        skipToken();
      }
    }
    return statements;
  }

  private boolean skipRemark() {
    if (sql.startsWith("--", at)) {
      while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
        at++;
      }
      return true;
    }
    if (!sql.startsWith("/*", at)) {
      return false;
    }
    int depth = 0; // remarks nest
    do {
      boolean opens = sql.startsWith("/*", at);
      boolean closes = sql.startsWith("*/", at);
      depth += opens ? 1 : closes ? -1 : 0;
      at += opens || closes ? 2 : 1;
    } while (depth > 0 && at < sql.length());
    return true;
  }

  private void skipToken() {
    char first = sql.charAt(at);
    Matcher tag = TAG.matcher(sql).region(at, sql.length());
    if (first == '\'' || first == '"') {
      skipQuoted(first, false);
    } else if ((first == 'e' || first == 'E') && sql.startsWith("'", at + 1)) {
      at++;
      skipQuoted('\'', true);
    } else if (first == '$' && tag.lookingAt()) {
      int end = sql.indexOf(tag.group(), tag.end());
      at = end < 0 ? sql.length() : end + tag.group().length();
    } else if (Character.isLetterOrDigit(first) || first == '_') {
      while (at < sql.length()
          && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_' || sql.charAt(at) == '$')) {
        at++;
      }
    } else {
      at++;
    }
  }

  /// A doubled quote ends and begins again.
  private void skipQuoted(char quote, boolean escapes) {
    for (at++; at < sql.length() && sql.charAt(at) != quote; at++) {
      if (escapes && sql.charAt(at) == '\\') {
        at++;
      }
    }
    at++;
  }
}
