package org.striatum.hooks.jinja;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A part of a template's body.
sealed interface Statement {
  record Text(String text) implements Statement {}

  record Output(Expression value) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record Branch(Expression test, List<Statement> body) {}

  record For(Target target, Expression items, Optional<Expression> test, List<Statement> body,
      List<Statement> otherwise, int line) implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  /// `{% set x | filter %}…{% endset %}`
  record AssignBody(Target target, List<Expression.Filter> filters, List<Statement> body, int line)
      implements
        Statement {}

  record With(List<Assign> assignments, List<Statement> body) implements Statement {}

  record Macro(String name, Closure closure, int line) implements Statement {}

  /// A body that is called.
  ///
  /// @param mentioned the names in it: it takes further arguments only if it mentions where they are
  record Closure(List<Parameter> parameters, List<Statement> body, Set<String> mentioned) {}

  record Parameter(String name, Optional<Expression> otherwise) {}

  /// `{% call(parameters) macro(arguments) %}…{% endcall %}`
  record CallWithBody(Expression.Call call, Closure body, int line) implements Statement {}

  record FilterBody(List<Expression.Filter> filters, List<Statement> body, int line) implements Statement {}

  /// `{% generation %}…{% endgeneration %}`: marks what a model says, for training; it renders as its body.
  record Generation(List<Statement> body) implements Statement {}

  record Break() implements Statement {}

  record Continue() implements Statement {}

  /// What is assigned to.
  sealed interface Target {
    record Variable(String name) implements Target {}

    /// `namespace.attribute`
    record Member(String namespace, String attribute) implements Target {}

    record Several(List<Target> targets) implements Target {}
  }
}
