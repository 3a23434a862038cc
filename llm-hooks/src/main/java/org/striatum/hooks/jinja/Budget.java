package org.striatum.hooks.jinja;

/// What a rendering has spent of its limits.
final class Budget {
  private final RenderingLimits limits;
  private final long deadline;
  private long steps;
  private long characters;
  private int depth;

  Budget(RenderingLimits limits) {
    this.limits = limits;
    this.deadline = System.nanoTime() + limits.time().toNanos();
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw new TemplateException("calls and expressions are nested more than " + limits.depth() + " deep");
    }
    step(1);
  }

  void leave() {
    depth--;
  }

  /// Counts work before it is done.
  void step(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw new TemplateException("rendering takes more than " + limits.steps() + " steps");
    }
    if ((steps & 0xff) < count && System.nanoTime() > deadline) {
      throw new TemplateException("rendering takes longer than " + limits.time().toSeconds() + " s");
    }
  }

  /// Counts characters, or items times eight, before they are made.
  void make(long count) {
    characters += count;
    if (characters > limits.characters()) {
      throw new TemplateException("rendering makes more than " + limits.characters() + " characters");
    }
    step(1 + count / 256);
  }

  void checkOutput(int length) {
    if (length > limits.output()) {
      throw new TemplateException("the rendered text has more than " + limits.output() + " characters");
    }
  }
}
