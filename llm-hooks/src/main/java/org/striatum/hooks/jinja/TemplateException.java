package org.striatum.hooks.jinja;

import org.striatum.probe.run.UsageException;

/// A template that cannot be read or rendered, or that refuses what it was given. One line; it names the line of the
/// template.
public final class TemplateException extends UsageException {
  private static final long serialVersionUID = 1;

  private final String reason;
  private final boolean raised;

  private TemplateException(int line, String reason, boolean raised) {
    super((line > 0 ? "template, line " + line + ": " : "template: ") + oneLine(reason));
    this.reason = reason;
    this.raised = raised;
  }

  TemplateException(int line, String reason) {
    this(line, reason, false);
  }

  TemplateException(String reason) {
    this(0, reason, false);
  }

  /// What `raise_exception` makes.
  static TemplateException raised(String message) {
    return new TemplateException(0, message, true);
  }

  TemplateException at(int line) {
    TemplateException placed = new TemplateException(line, reason, raised);
    placed.setStackTrace(getStackTrace());
    return placed;
  }

  /// Whether the template itself refused, by `raise_exception`.
  public boolean raised() {
    return raised;
  }

  /// The reason without the line.
  public String reason() {
    return reason;
  }

  private static String oneLine(String text) {
    String shown = text.length() > 500 ? text.substring(0, 500) + "…" : text;
    return shown.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", " ");
  }
}
