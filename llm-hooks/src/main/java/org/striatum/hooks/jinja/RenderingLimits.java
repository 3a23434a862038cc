package org.striatum.hooks.jinja;

import java.time.Duration;

/// How much a rendering may cost. A template is a stranger's program.
///
/// @param steps expressions and statements evaluated
/// @param depth how deep they may be nested, calls of macros included
/// @param characters characters that may be made in all, those written included
/// @param output characters written
/// @param time from the begin of the rendering
public record RenderingLimits(long steps, int depth, long characters, int output, Duration time) {
  /// A thousand times what templates need; a text of 2 million characters is half a million tokens.
  public static final RenderingLimits DEFAULT = new RenderingLimits(5_000_000, 600, 64L << 20, 2 << 20,
      Duration.ofSeconds(10));
}
