package org.striatum.cli.engine.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.probe.run.UsageException;

/// Options of `sbatch` that a user gives, as words.
///
/// @param words as a shell would pass them
public record SlurmOptions(List<String> words) {
  /// Long names of what is set here, and of what would make another job of it → short name; blank where there is none.
  private static final Map<String, String> OWN = new TreeMap<>(Map.ofEntries(Map.entry("array", "a"),
      Map.entry("chdir", "D"), Map.entry("clusters", "M"), Map.entry("error", "e"), Map.entry("help", "h"),
      Map.entry("input", "i"), Map.entry("job-name", "J"), Map.entry("output", "o"), Map.entry("parsable", ""),
      Map.entry("requeue", ""), Map.entry("test-only", ""), Map.entry("usage", ""), Map.entry("version", "V"),
      Map.entry("wait", "W"), Map.entry("wrap", "")));

  public SlurmOptions {
    words = List.copyOf(words);
    boolean mayBeValue = false;
    for (String word : words) {
      if (word.equals("-") || word.equals("--") || (!word.startsWith("-") && !mayBeValue)) {
        throw new UsageException("options of sbatch are expected, found '" + word + "'");
      }
      // The value of an option before it is what it likes.
      if (word.startsWith("-")) {
        refuse(word);
      }
      mayBeValue = word.startsWith("-") && !word.contains("=");
    }
  }

  /// Reads them from one text: words between spaces, quoted as for a shell.
  ///
  /// @throws UsageException for an option that is set here, and for what is none
  static SlurmOptions of(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        if (word != null) {
          words.add(word.toString());
        }
        word = null;
        continue;
      }
      word = word == null ? new StringBuilder() : word;
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote != '\'' && c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
      } else {
        word.append(c);
      }
    }
    if (quote != 0) {
      throw new UsageException("a quotation mark (" + quote + ") is not closed in options of sbatch: " + text);
    }
    if (word != null) {
      words.add(word.toString());
    }
    return new SlurmOptions(words);
  }

  /// `sbatch` takes a long name by its beginning, and a short one with its value behind it.
  private static void refuse(String word) {
    boolean isLong = word.startsWith("--");
    String name = isLong ? word.substring(2).split("=", 2)[0] : word.substring(1, 2);
    OWN.forEach((own, brief) -> {
      if (isLong ? own.startsWith(name) : brief.equals(name)) {
        throw new UsageException("sbatch's --%s is set by the engine, and cannot be given (found %s)".formatted(own,
            word));
      }
    });
  }
}
