package org.striatum.reports.page;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;

/// The templates of this module, compiled with it.
public final class Templates {
  private static final TemplateEngine ENGINE = TemplateEngine.createPrecompiled(null, ContentType.Html,
      Templates.class.getClassLoader(), "org.striatum.reports");

  private Templates() {}

  /// The page as text.
  ///
  /// @param template its path, e.g. `run/report.jte`
  /// @param page its content
  public static String render(String template, Object page) {
    StringOutput text = new StringOutput();
    ENGINE.render(template, page, text);
    return text.toString();
  }
}
