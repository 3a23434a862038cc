package org.striatum.reports.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// A script or style sheet carried inside the page, with the hash by which the page's content security policy allows it.
/// Nothing else can run: markup that was not escaped would have no effect.
///
/// @param source the text between its tags
public record InlineScript(String source) {
  private static final String WEBJARS = "/META-INF/resources/webjars/";

  public InlineScript {
    String small = source.toLowerCase(Locale.ROOT);
    for (String end : List.of("</script", "</style", "<!--")) {
      if (small.contains(end)) {
        throw new IllegalArgumentException("an inlined script or style must not contain '" + end + "'");
      }
    }
  }

  /// The chart library: Vega, Vega-Lite and Vega-Embed, in the order they must run.
  static List<InlineScript> engine() {
    return Stream.concat(drawing().stream(), Stream.of(resource(WEBJARS + "vega-embed/6.29.0/vega-embed.min.js")))
        .toList();
  }

  /// The part of it that draws: Vega and Vega-Lite.
  public static List<InlineScript> drawing() {
    return List.of(resource(WEBJARS + "vega/5.32.0/vega.min.js"),
        resource(WEBJARS + "vega-lite/5.23.0/vega-lite.min.js"));
  }

  /// A file of the class path.
  static InlineScript resource(String path) {
    return new InlineScript(text(path).replaceAll("(?m)^//# sourceMappingURL=.*$", "").strip());
  }

  /// A text file of the class path.
  static String text(String path) {
    try (InputStream in = InlineScript.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the class path lacks " + path + ": reports needs its webjars");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + " from the class path", e);
    }
  }

  /// The source as a Content-Security-Policy names it: `'sha256-…'`.
  public String hash() {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(source.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
