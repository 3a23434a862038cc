package org.striatum.hooks.jinja;

/// A piece of a template.
///
/// @param text characters of text and strings, names, digits, operators
record Token(Kind kind, String text, int line) {
  enum Kind {
    TEXT, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END
  }

  boolean is(Kind kind, String text) {
    return this.kind == kind && this.text.equals(text);
  }

  boolean isOperator(String text) {
    return is(Kind.OPERATOR, text);
  }

  boolean isName(String text) {
    return is(Kind.NAME, text);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case END -> "the end of the template";
      case TEXT -> "text";
      case VARIABLE_END, BLOCK_END -> "the end of the tag";
      default -> "'" + text + "'";
    };
  }
}
