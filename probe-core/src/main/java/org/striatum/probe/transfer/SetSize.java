package org.striatum.probe.transfer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many of a layer's best coordinates are compared: `1%`, rounded up, or `top20`.
///
/// @param name as it is written
public record SetSize(String name) {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)%|top(\\d{1,7})");

  public SetSize {
    Matcher matcher = FORM.matcher(name);
    boolean valid = matcher.matches() && (matcher.group(1) != null
        ? Double.parseDouble(matcher.group(1)) > 0 && Double.parseDouble(matcher.group(1)) < 100
        : Integer.parseInt(matcher.group(2)) > 0);
    if (!valid) {
      throw new IllegalArgumentException("a set's size is written 1% or top20, found '" + name + "'");
    }
  }

  /// As the best of a ranking in a sentence: `5 % of coordinates`, `20 coordinates`.
  public String words() {
    return name.endsWith("%")
        ? name.substring(0, name.length() - 1) + " % of coordinates"
        : name.substring("top".length()) + " coordinates";
  }

  /// Coordinates of a layer.
  ///
  /// @throws IllegalArgumentException if the set would leave nothing of the layer
  public int of(int width) {
    Matcher matcher = FORM.matcher(name);
    matcher.matches();
    int count = matcher.group(1) != null
        ? (int) Math.ceil(Double.parseDouble(matcher.group(1)) / 100 * width)
        : Integer.parseInt(matcher.group(2));
    if (count >= width) {
      throw new IllegalArgumentException(
          "a set of " + name + " must leave something of a layer of " + width + " coordinates, found " + count);
    }
    return count;
  }
}
