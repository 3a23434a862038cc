package org.striatum.hooks.jinja;

import java.util.List;
import java.util.Optional;

/// What has a value.
sealed interface Expression {
  /// Line of the template.
  int line();

  record Constant(Value value, int line) implements Expression {}

  record Name(String name, int line) implements Expression {}

  record Items(List<Expression> items, boolean tuple, int line) implements Expression {}

  record Dictionary(List<Pair> pairs, int line) implements Expression {}

  /// `target.name`
  record Attribute(Expression target, String name, int line) implements Expression {}

  /// `target[key]`
  record Item(Expression target, Expression key, int line) implements Expression {}

  /// `target[start:stop:step]`
  record Slice(Expression target, Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step,
      int line) implements Expression {}

  record Call(Expression target, Arguments arguments, int line) implements Expression {}

  /// `target | name(arguments)`
  record Filter(Expression target, String name, Arguments arguments, int line) implements Expression {}

  /// `target is name arguments`
  record Test(Expression target, String name, Arguments arguments, int line) implements Expression {}

  record Not(Expression operand, int line) implements Expression {}

  /// Both, left to right, the second only if the first does not decide.
  record Logical(Expression left, boolean and, Expression right, int line) implements Expression {}

  /// A sign.
  record Signed(Expression operand, boolean negative, int line) implements Expression {}

  record Arithmetic(String operator, Expression left, Expression right, int line) implements Expression {}

  /// `a ~ b ~ c`
  record Concatenation(List<Expression> parts, int line) implements Expression {}

  /// `a < b <= c`
  record Comparison(Expression first, List<Step> steps, int line) implements Expression {}

  /// `then if test else otherwise`
  record Conditional(Expression test, Expression then, Optional<Expression> otherwise, int line)
      implements
        Expression {}

  record Pair(Expression key, Expression value) {}

  record Step(String operator, Expression operand) {}

  record Keyword(String name, Expression value) {}

  /// What stands in the parentheses of a call.
  ///
  /// @param spread `*list`
  /// @param spreadNamed `**dictionary`
  record Arguments(List<Expression> positional, List<Keyword> named, Optional<Expression> spread,
      Optional<Expression> spreadNamed) {
    static final Arguments NONE = new Arguments(List.of(), List.of(), Optional.empty(), Optional.empty());
  }
}
