package org.striatum.hooks.jinja;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;

/// A template in the language of chat templates, read once and rendered with different values.
///
/// The language is Jinja's as Hugging Face transformers sets it up: `trim_blocks` and `lstrip_blocks` on, nothing escaped,
/// immutable values, the tags `break`, `continue` and `generation`, the functions `raise_exception` and `strftime_now`, a
/// `tojson` that writes what Python's `json.dumps` does. Whatever is not supported is an error that names it: a rendered text is
/// the one the reference renders.
///
/// Source: Jinja 3.1.6; Hugging Face transformers 5.18.0, `utils/chat_template_utils.py`.
public final class Template {
  /// Largest template, in characters.
  public static final int LARGEST = 2 << 20;

  private final List<Statement> body;

  private Template(List<Statement> body) {
    this.body = body;
  }

  /// Reads a template.
  ///
  /// @throws TemplateException if it is too large or not one, or uses a tag, filter or test that is not known
  public static Template of(String template) {
    if (template.length() > LARGEST) {
      throw new TemplateException("it has " + template.length() + " characters, at most " + LARGEST + " are read");
    }
    try {
      return new Template(Parser.parse(template));
    } catch (StackOverflowError tooDeep) {
      throw new TemplateException("it is nested too deeply");
    }
  }

  /// The text with these values.
  ///
  /// @param values null, booleans, numbers, strings, lists and maps with string keys
  /// @param now what `strftime_now` tells
  /// @throws TemplateException if the template refuses the values, uses what is not supported, or costs too much
  public String render(Map<String, ?> values, LocalDateTime now, RenderingLimits limits) {
    try {
      return new Interpreter(values, now, limits).render(body);
    } catch (StackOverflowError tooDeep) {
      throw new TemplateException("calls and expressions are nested too deeply");
    }
  }
}
